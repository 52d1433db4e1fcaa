# Layout
skip-to-content = Aller au contenu
nav-main = Navigation principale
nav-language = Langue
nav-find = Retrouver un paiement
nav-terms = Conditions
foot-safe = Votre carte est saisie sur la page sécurisée du CMI. Nous ne voyons jamais son numéro.
steps-label = Étapes du paiement
step-identify = Contrat
step-bills = Factures
step-pay = Paiement
step-receipt = Reçu
optional = (facultatif)
select-choose = Choisir…
currency-short = MAD
faults-title = { $form ->
    [one] Un point est à vérifier
   *[other] { $count } points sont à vérifier
}
busy-wait = Un instant…
busy-looking = Recherche des factures…
busy-gateway = Ouverture du paiement…

# Home
home-title = Payer mes factures
home-heading = Vos factures, payées en une minute
home-lead = Choisissez un organisme, retrouvez ce que vous devez, payez par carte et gardez un reçu qui fait foi.
search-label = Chercher un organisme
search-placeholder = Eau, mobile, taxe…
search-button = Chercher
categories-label = Catégories
category-all = Tout
category-electricity-water = Eau et électricité
category-telecom = Télécoms
category-taxes-fees = Taxes et redevances
category-education = Enseignement
category-housing = Logement
category-transport = Transport
biller-unavailable = Indisponible pour le moment
empty-title = Aucun organisme trouvé
empty-text = Essayez un autre mot, ou parcourez toutes les catégories.
empty-all = Voir tous les organismes
promises-label = Nos engagements
promise-safe-title = Paiement protégé
promise-safe-text = Par carte, avec le code de votre banque.
promise-receipt-title = Un reçu aussitôt
promise-receipt-text = À l’écran, par SMS et par e-mail, avec le numéro de l’organisme.
promise-back-title = Payé ou rendu
promise-back-text = Si l’organisme refuse, votre argent vous revient.

# Identification
biller-heading = Que voulez-vous payer ?
identify-heading = Identifiez votre contrat
identify-button = Voir mes factures
identify-button-amount = Continuer
unknown-contract = { $biller } ne connaît pas ce contrat. Vérifiez le numéro sur votre facture.
fault-unknown = Vérifiez ce numéro.
fault-missing = Ce champ est obligatoire.
fault-too-short = { $form ->
    [one] Il faut au moins { $count } caractère.
   *[other] Il faut au moins { $count } caractères.
}
fault-too-long = { $form ->
    [one] Il faut au plus { $count } caractère.
   *[other] Il faut au plus { $count } caractères.
}
fault-not-integer = Tapez seulement des chiffres.
fault-not-decimal = Tapez un nombre.
fault-bad-format = Ce numéro n’a pas la forme attendue. Recopiez-le tel qu’il figure sur votre facture.
fault-not-a-choice = Choisissez une valeur de la liste.
fault-unknown-field = Ce champ n’est pas attendu ici.
fault-card-number = Ceci ressemble à un numéro de carte. Ne le tapez jamais ici : votre carte n’est demandée que sur la page sécurisée de CMI.

# Bills
bills-title = Vos factures
bills-heading = { $form ->
    [one] { $count } facture à payer
   *[other] { $count } factures à payer
}
bills-heading-amount = Combien voulez-vous payer ?
bills-heading-busy = Rien à payer pour le moment
bills-legend = Cochez ce que vous payez maintenant
bills-total = Total choisi
bills-button = Continuer
bills-expires = Cette liste est valable jusqu’au { $moment }.
bills-all-busy = Tout ce qui est dû est déjà payé ou en cours de paiement. Il n’y a rien à payer une seconde fois.
contract-label = Contrat
article-fee = Frais de l’organisme
article-mandatory = Obligatoire
article-stamp-duty = Timbre
article-always = Toujours inclus
article-busy = Déjà payé ou en cours de paiement
amount-label = Montant à payer
amount-hint-more = Vous pouvez payer le total choisi, ou davantage.
amount-hint-less = Vous pouvez payer le total choisi, ou une partie.
amount-hint-any = Le montant de votre choix, par exemple 150,00.
amount-hint-range = De { $min } à { $max }, par multiples de { $multiple }.
amount-hint-empty = Laissez vide pour payer exactement le total choisi.
fault-nothing-chosen = Cochez au moins une ligne.
fault-busy = Une des lignes choisies est déjà payée ou en cours de paiement.
fault-amount = Tapez un montant comme 150,00 : deux décimales au plus.
fault-amount-ambiguous = Ce montant prête à confusion. Écrivez 1234,00 ou 1,23.
fault-amount-required = Indiquez le montant à payer.
fault-amount-exact = Le montant doit être { $amount }.
fault-amount-between = Le montant doit être compris entre { $min } et { $max }.
fault-amount-least = Le montant doit être d’au moins { $min }.
fault-amount-most = Le montant doit être d’au plus { $max }.
fault-amount-multiple = Il doit être un multiple de { $multiple }.

# Summary
summary-title = Résumé
summary-heading = Vérifiez avant de payer
summary-change = Modifier mon choix
summary-payer = Où envoyer le reçu ?
summary-button = Payer { $amount }
summary-gateway = Vous saisirez votre carte sur la page sécurisée du CMI.
summary-expires = Ces montants sont valables jusqu’au { $moment }.
amount-principal = Montant des factures
amount-fee = Frais de service (HT)
amount-vat = TVA sur les frais
amount-duty = Droit de timbre
amount-total = Total à payer
amount-total-paid = Total payé
phone-label = Téléphone mobile
phone-hint = Un numéro marocain, par exemple 06 12 34 56 78. Il sert aussi à retrouver votre paiement.
email-label = Adresse e-mail
email-hint = Pour recevoir le reçu en PDF.
terms-accept = J’accepte les conditions du service.
terms-read = Lire les conditions
fault-phone = Tapez un numéro de mobile marocain, comme 06 12 34 56 78.
fault-email = Cette adresse e-mail n’est pas correcte. Écrivez-la comme nom@exemple.ma, ou laissez ce champ vide.
fault-terms = Acceptez les conditions pour continuer.
link-recipient = Le reçu sera envoyé à

# Gateway
redirect-title = Vers la page de paiement
redirect-heading = Nous ouvrons la page de paiement
redirect-text = Vous allez payer { $amount } sur la page sécurisée du CMI.
redirect-button = Continuer vers le paiement
redirect-fine = Si rien ne se passe, appuyez sur le bouton.

# Payment
progress-title = Paiement en cours
awaiting-heading = Nous attendons la réponse de la banque
awaiting-text = Si vous venez de payer, la réponse arrive d’habitude en quelques secondes. Ne payez pas une seconde fois.
confirming-heading = Paiement reçu, confirmation en cours
confirming-text = Votre argent est bien arrivé. { $biller } enregistre votre paiement.
progress-leave = Vous pouvez fermer cette page : un SMS vous dira la suite, et « Retrouver un paiement » vous y ramène.
progress-noscript = Cette page se met à jour toutes les cinq secondes.
receipt-title = Reçu
receipt-heading = Paiement confirmé
receipt-number = Reçu de l’organisme
receipt-date = Date du reçu
receipt-instrument = Moyen de paiement
receipt-qr = Code QR vers ce reçu
receipt-proof = Scannez ce code pour vérifier le reçu à tout moment.
receipt-pdf = Télécharger le PDF
receipt-print = Imprimer
receipt-another = Payer une autre facture
instrument-card = Carte bancaire
instrument-wallet = Portefeuille mobile
instrument-cash = Espèces
instrument-transfer = Virement
find-title = Retrouver un paiement
find-heading = Retrouver un paiement
find-lead = La référence est dans le SMS ou sur la page du paiement.
find-reference-hint = 16 lettres et chiffres. Majuscules, tirets et espaces ne comptent pas. Exemple :
find-phone-hint = Celui que vous avez donné en payant.
find-button = Retrouver
find-nothing = Aucun paiement ne porte cette référence et ce téléphone. Vérifiez les deux.
fault-reference = Tapez la référence complète : 16 lettres et chiffres, comme 0000-001B-9XK2-7QZD.

# Notices
fact-biller = Organisme
fact-amount = Montant
fact-reference = Référence
fact-since = Date
fact-retry = Réessayez dans
fact-trace = Code à nous donner si vous appelez
wait-seconds = { $form ->
    [one] { $count } seconde
   *[other] { $count } secondes
}
action-home = Retour à l’accueil
action-find = Retrouver un paiement
action-again = Chercher à nouveau
action-retry = Réessayer
action-summary = Revenir au résumé
action-pay-again = Essayer à nouveau
action-other-contract = Chercher un autre contrat
action-other-biller = Choisir un autre organisme
unavailable-title = Organisme indisponible
unavailable-text = Nous ne pouvons pas le joindre pour le moment. Rien n’a été payé. Réessayez dans quelques minutes.
nothing-due-title = Rien à payer
nothing-due-text = Le contrat est bien connu et tout est réglé.
inquiry-expired-title = Cette recherche est trop ancienne
inquiry-expired-text = Les montants ont pu changer. Cherchez à nouveau vos factures : rien n’a été payé.
quote-expired-title = Ce résumé n’est plus valable
quote-expired-text = Les montants ont pu changer. Cherchez à nouveau vos factures : rien n’a été payé.
not-offered-title = Pas de paiement par carte ici
not-offered-text = Cet organisme n’accepte pas ce paiement par carte sur internet. Rien n’a été payé.
link-revoked-title = Ce lien de paiement n’est plus valable
link-revoked-text = Il a été annulé ou remplacé par un lien plus récent : utilisez le dernier message reçu. Rien n’a été payé.
link-expired-title = Ce lien de paiement a expiré
link-expired-text = Un lien vaut 30 minutes. Demandez-en un nouveau par téléphone, ou cherchez votre facture ici. Rien n’a été payé.
being-paid-title = Un paiement est déjà en cours
being-paid-text = Cette facture est en train d’être payée, ici ou ailleurs, ou un paiement est resté ouvert sur la page de la banque. Rien de plus n’a été prélevé. Attendez quelques minutes qu’il se termine, puis essayez encore.
already-paid-title = Cette facture est déjà payée
already-paid-text = Il n’y a rien à payer une seconde fois.
key-conflict-title = Le paiement a déjà commencé
key-conflict-text = Ce formulaire a déjà été envoyé, avec un autre téléphone ou une autre adresse e-mail. Revenez au résumé, vérifiez-les et envoyez-le à nouveau.
declined-title = Paiement refusé
declined-text = La banque a refusé ou le paiement a été abandonné. Aucune somme n’a été prélevée et la facture reste à payer.
payment-expired-title = Le temps pour payer est écoulé
payment-expired-text = Aucune somme n’a été prélevée et la facture reste à payer.
returning-title = Votre argent vous est rendu
returning-text = L’organisme n’a pas accepté le paiement. Nous rendons la somme sur votre carte ; un SMS vous le confirmera.
returned-title = Votre argent a été rendu
returned-text = L’organisme n’avait pas accepté le paiement. La somme est revenue sur votre carte ; selon la banque, elle apparaît en quelques jours.
returned-cash-title = Votre argent vous attend
returned-cash-text = L’organisme n’a pas accepté le paiement. Le point de vente qui a pris vos espèces vous rend la totalité, frais compris.
cancelling-title = Annulation en cours
cancelling-text = Le point de vente a demandé l’annulation de ce paiement. L’organisme n’a pas encore répondu.
cancelled-title = Paiement annulé
cancelled-text = L’organisme a annulé le paiement. Le point de vente qui a pris vos espèces vous rend la totalité, frais compris ; la facture est de nouveau due.
not-found-title = Cette page n’existe pas
not-found-text = L’adresse est peut-être incomplète ou trop ancienne. Vérifiez-la, ou repartez de la liste des organismes.
bad-request-title = Nous n’avons pas compris la demande
bad-request-text = Quelque chose manque ou n’a pas la forme attendue. Revenez à la page, remplissez-la à nouveau et envoyez-la. Rien n’a été payé.
wrong-method-title = Cette adresse ne s’utilise pas ainsi
wrong-method-text = Elle n’accepte pas ce type de demande. Ouvrez la page et servez-vous de ses boutons. Rien n’a été payé.
field-twice-title = Un champ est venu deux fois
field-twice-text = Le formulaire contient deux fois le même champ et nous ne savons pas lequel compte. Rechargez la page, remplissez-la à nouveau et envoyez-la. Rien n’a été payé.
unexpected-title = L’envoi contient ce que cette page ne propose pas
unexpected-text = Le formulaire contient un champ ou un choix qui n’est pas attendu ici. Rechargez la page, remplissez-la à nouveau et envoyez-la. Rien n’a été payé.
unreadable-title = Un champ contient des caractères illisibles
unreadable-text = Des caractères de contrôle invisibles sont venus avec, peut-être en copiant. Revenez en arrière, tapez le champ à la main et envoyez à nouveau. Rien n’a été payé.
too-large-title = C’est trop long
too-large-text = L’envoi dépasse ce que nos formulaires acceptent. Revenez en arrière, raccourcissez ce que vous avez tapé et envoyez à nouveau. Rien n’a été payé.
forged-title = Ce formulaire n’est plus valable
forged-text = Il est resté ouvert trop longtemps, ou votre navigateur refuse nos cookies. Acceptez les cookies de ce site, rechargez la page du formulaire et envoyez-le à nouveau. Rien n’a été payé.
too-many-title = Trop de demandes
too-many-text = Trop de demandes sont venues de votre connexion en peu de temps ; la limite protège les contrats de chacun. Attendez le délai ci-dessous, puis revenez et réessayez. Rien n’a été payé.
overloaded-title = Beaucoup de monde en ce moment
overloaded-text = Votre demande n’a pas été prise en compte. Réessayez dans un instant.
failed-title = Un incident de notre côté
failed-text = Votre demande n’a pas abouti. Si vous étiez en train de payer, retrouvez d’abord votre paiement avant de recommencer.

# Terms
terms-title = Conditions du service
terms-service-title = Le service
terms-service-text = fatoura vous permet de régler en ligne les factures d’organismes marocains. Le montant de la facture est versé en entier à l’organisme.
terms-fee-title = Les frais
terms-fee-text = Les frais de service et leur TVA sont affichés sur leur propre ligne avant le paiement. Sans votre accord, rien n’est prélevé.
terms-confirm-title = La confirmation
terms-confirm-text = Un paiement n’est terminé que lorsque l’organisme l’a enregistré et a donné son numéro de reçu. S’il refuse, la somme entière, frais compris, revient sur votre carte.
terms-data-title = Vos données
terms-data-text = Nous gardons votre téléphone et, si vous la donnez, votre adresse e-mail, pour envoyer le reçu et retrouver le paiement. Votre numéro de carte ne passe jamais par nous.

# Cash at an outlet
summary-cash = Ou en espèces
summary-cash-hint = Vous recevez un code à 13 chiffres, à présenter dans un point de vente. Le droit de timbre s’ajoute au montant. Le numéro de mobile est facultatif : le code y est envoyé par SMS, avec un rappel avant sa fin.
summary-cash-button = Obtenir un code pour payer en espèces
cash-title = Payer en espèces
cash-heading = À payer en espèces
cash-lead = Présentez ce code dans un point de vente qui encaisse avec fatoura, avec le montant exact si possible.
cash-qr = Code QR de la référence
cash-code = Référence à 13 chiffres
cash-until = Valable jusqu’au { $moment }.
cash-warning = Rien n’est réservé : qui paie la facture le premier l’a payée. Gardez le reçu du point de vente.
cash-busy-title = Cette facture est payée ou en cours de paiement
cash-busy-text = Aucun code n’a été créé. Retrouvez le paiement avec sa référence, ou attendez quelques minutes.
cash-not-offered-title = Pas d’espèces pour cette facture
cash-not-offered-text = L’organisme n’accepte pas ce montant en espèces. Aucun code n’a été créé : payez par carte, ou changez votre choix.
cash-used-title = Ce code a servi
cash-used-text = La facture est payée, ou son paiement est en cours. Le reçu du point de vente en fait foi.
cash-cancelled-title = Ce code a été annulé
cash-cancelled-text = Ne le présentez plus. Cherchez à nouveau vos factures pour en obtenir un autre.
cash-expired-title = Ce code a expiré
cash-expired-text = Ne le présentez plus : les montants ont pu changer. Cherchez à nouveau vos factures.

# A biller in its own colours
brand-contact = Contact :
