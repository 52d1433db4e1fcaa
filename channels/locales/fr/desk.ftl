# Navigation
staff-nav-desk = Bureau d’appel
staff-nav-desk-about = Trouver la facture d’un appelant, envoyer un lien de paiement, le suivre jusqu’au paiement.
staff-nav-desk-day = Ma journée
staff-nav-desk-day-about = Vos appels, liens et références du jour, et ce qu’ils ont rapporté.
audit-customer-unmasked = Données d’un client affichées en clair

# Desk
desk-title = Bureau d’appel
desk-lead = Ne demandez jamais un numéro de carte et n’en notez jamais : l’appelant le saisit lui-même, derrière le lien.
desk-search-heading = Rechercher
desk-search-label = Téléphone, contrat, référence, quittance
desk-search-hint = Aussi les 13 chiffres d’une référence espèces. La page dit comment la saisie a été comprise.
desk-search-biller = Facturier
desk-search-no-biller = Historique seulement
desk-search-button = Rechercher
desk-fault-search = Saisissez de 3 à 64 caractères.
desk-fault-contract = Les contrats de ce facturier n’ont pas cette forme. Vérifiez la saisie.
desk-fault-more-fields = Ce facturier demande plus d’une information. Ouvrez un appel et cherchez-y la facture.
desk-fault-phone = Saisissez un numéro marocain, par exemple 06 12 34 56 78.
desk-fault-email = Cette adresse e-mail n’est pas valable. Écrivez-la comme nom@example.ma.
desk-fault-card = Ceci est un numéro de carte. Il n’a pas été conservé. N’en demandez jamais : l’appelant le saisit lui-même, derrière le lien.
desk-found = Résultats
desk-found-nothing = Rien n’a été trouvé.
desk-read-as = Compris comme :
desk-read-phone = numéro de téléphone
desk-read-payment = référence de paiement
desk-read-cash = référence espèces
desk-read-receipt = numéro de quittance
desk-read-contract = contrat
desk-history = Paiements trouvés
desk-history-more = Seuls les paiements les plus récents sont affichés. Cherchez par référence pour en trouver un plus ancien.
desk-open-with-bill = Ouvrir un appel avec cette facture
desk-nothing-due = Le client est connu et ne doit rien.
desk-unknown-customer = Le facturier ne connaît pas ce client.
desk-unavailable = Le facturier est injoignable pour l’instant. Réessayez dans quelques minutes.
desk-until = Jusqu’au { $moment }
desk-since = Depuis le { $moment }
desk-waiting = Appelants en attente
desk-waiting-none = Personne n’attend.
desk-withheld = Numéro masqué
desk-take = Prendre l’appel
desk-go-on = Continuer
desk-taken-badge = Pris
desk-taken-title = Un autre opérateur a été plus rapide
desk-taken-text = Cet appelant est déjà servi, ou a raccroché. Prenez le suivant.
desk-reason-asked = A demandé un opérateur
desk-reason-wrong-entries = N’a pas réussi la saisie
desk-reason-trouble = Le serveur vocal n’a pas pu le servir
desk-open-calls = Mes appels ouverts
desk-open-none = Aucun appel ouvert.
desk-new-call = Nouvel appel
desk-new-button = Ouvrir l’appel
desk-action-back = Retour au bureau
desk-action-call = Retour à l’appel

# Call
desk-call-title = Appel
desk-call-open = Ouvert
desk-caller = Appelant
desk-caller-phone = Téléphone
desk-caller-mail = E-mail
desk-caller-language = Langue des messages
desk-caller-change = Modifier
desk-keep-hint = Laissé vide, ce qui est connu reste.
desk-save = Enregistrer
desk-unknown = Inconnu
desk-unmask = Afficher en clair
desk-unmask-button = Afficher
desk-unmasked = Affiché en clair cette fois. Le journal d’audit le dit, avec votre motif.
desk-reason = Motif
desk-reason-hint = Conservé dans le journal d’audit. Ne nommez aucun client.
desk-fault-reason = Dites pourquoi en 8 à 200 caractères.
desk-handover = Venu du serveur vocal
desk-go-on-bill = Reprendre la facture annoncée
desk-find-heading = Chercher des factures
desk-find-title = Chercher des factures
desk-find-lead = Demandez à l’appelant ce qui l’identifie chez le facturier.
desk-find-button = Chercher
desk-bills-title = Factures
desk-bills-legend = Ce qui est payé
desk-bills-button = Chiffrer
desk-all-busy = Tout est déjà payé, ou en cours de paiement.
desk-notes = Notes
desk-note = Nouvelle note
desk-note-button = Noter
desk-fault-notes = Cet appel contient déjà le maximum de notes. Fermez-le et ouvrez-en un autre.
desk-close-heading = Clore l’appel
desk-close-button = Clore
desk-outcome = Issue
desk-fault-outcome = Choisissez l’issue de l’appel.
desk-outcome-paid = Payé
desk-outcome-link-sent = Paiera par le lien
desk-outcome-reference-made = Paiera en espèces
desk-outcome-informed = Renseigné
desk-outcome-call-back = À rappeler
desk-outcome-dropped = Appel interrompu

# Links and references
desk-made = Liens et références
desk-made-none = Aucun pour cet appel. Cherchez d’abord une facture.
desk-link = Lien de paiement
desk-reference = Référence espèces
desk-revoke = Retirer
desk-refresh = Actualiser
desk-state-sent = Envoyé, pas encore ouvert
desk-state-opened = Ouvert : à la page de carte
desk-state-confirming = Montant prélevé, confirmation en cours
desk-state-paid = Payé
desk-state-declined = Refusé par la banque
desk-state-unpaid = Ouvert, non payé à temps
desk-state-returning = Refusé par le facturier, remboursement en cours
desk-state-returned = Remboursé
desk-state-cancelling = Annulation en cours
desk-state-cancelled = Annulé
desk-state-revoked = Retiré
desk-state-expired = Expiré
desk-state-elsewhere = La facture est en cours de paiement autrement
desk-state-paid-elsewhere = La facture a été payée autrement
desk-state-waiting = En attente des espèces
desk-reference-used = Payée ou en cours
desk-offer-title = Devis
desk-price-heading = Montants
desk-total = Total
desk-by-link = Lien de paiement
desk-by-link-lead = Pour cette facture et ce montant, une seule fois, pendant 30 minutes.
desk-in-cash = En espèces, dans un point de vente
desk-in-cash-lead = 13 chiffres pour payer. Le droit de timbre s’ajoute en espèces.
desk-sms-to = SMS au
desk-mail-to = E-mail à
desk-mobile = Mobile
desk-other-mobile = Un autre mobile
desk-mail = Adresse e-mail
desk-other-mail = Une autre adresse e-mail
desk-send-link = Envoyer le lien
desk-make-reference = Créer la référence
desk-fault-no-mobile = L’appelant n’a pas de mobile : saisissez-en un.
desk-fault-no-mail = L’appelant n’a pas d’adresse e-mail : saisissez-en une.
desk-fault-no-way = Dites où va le lien : un mobile ou une adresse e-mail.
desk-quote-expired-title = Le devis a expiré
desk-quote-expired-text = Rien n’a été envoyé. Cherchez de nouveau la facture.
desk-being-paid-title = Cette facture est en cours de paiement
desk-being-paid-text = Rien n’a été envoyé. Elle est payée, ou en cours de paiement, ici ou par un autre canal.
desk-already-paid-title = Cette facture est payée
desk-already-paid-text = Rien n’a été envoyé, et il ne reste rien à payer.
desk-sent-before-title = Ceci a déjà été envoyé
desk-sent-before-text = La page a été envoyée deux fois avec des contenus différents. Le premier envoi fait foi : voyez l’appel.
desk-not-in-cash-title = Non payable en espèces
desk-not-in-cash-text = Cette facture ou ce montant ne se paie pas en espèces. Proposez un lien de paiement.
desk-too-late-title = Déjà utilisé
desk-too-late-text = Un paiement a commencé avant le retrait. Suivez-le dans l’appel.

# Payment
desk-payment-title = Paiement
desk-fact-receipt = Numéro de quittance
desk-fact-channel = Canal
desk-fact-instrument = Moyen
desk-fact-card = Carte
desk-fact-started = Commencé
desk-fact-state = État
desk-channel-web = Web
desk-channel-ivr = Serveur vocal
desk-channel-tel = Bureau d’appel
desk-channel-agt = Point de vente
desk-channel-pos = Terminal
desk-channel-api = API
desk-fact-since = État depuis
desk-standing-awaiting-payer = En attente du payeur
desk-standing-confirming = Confirmation en cours
desk-standing-confirmed = Payé
desk-standing-declined = Refusé
desk-standing-expired = Non payé à temps
desk-standing-returning = Remboursement en cours
desk-standing-returned = Remboursé
desk-standing-cancelling = Annulation en cours
desk-standing-cancelled = Annulé

# Day
desk-day-title = Ma journée
desk-day-calls = Appels
desk-day-length = Durée d’appel
desk-day-length-note = en moyenne, minutes et secondes
desk-day-links = Liens envoyés
desk-day-references = Références créées
desk-day-sum = Montant payé
desk-day-average = Paiement moyen
desk-day-average-note = de ce qui est payé
desk-day-none = Aucun appel ce jour.
desk-day-at = Heure
desk-day-before = Jour précédent
desk-day-after = Jour suivant

# Counts
desk-note-hint = { $form ->
    [one] Une ligne, { $count } caractère au plus.
   *[other] Une ligne, { $count } caractères au plus.
}
desk-fault-note = { $form ->
    [one] Une note a { $count } caractère.
   *[other] Une note a de 1 à { $count } caractères.
}
desk-day-open = { $form ->
    [0] tous clos
    [one] { $count } ouvert
   *[other] { $count } ouverts
}
desk-day-paid = { $form ->
    [0] aucun paiement
    [one] { $count } payé
   *[other] { $count } payés
}
