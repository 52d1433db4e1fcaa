# Navigation
staff-nav-outlet = Guichet
staff-nav-outlet-about = Encaisser, imprimer, clôturer la caisse.
staff-nav-floats = Soldes des points de vente
staff-nav-floats-about = Relevés, alimentations et retraits.
staff-nav-late-cash = Espèces tardives
staff-nav-late-cash-about = Reçues trop tard, à rendre au client.

# Bar
outlet-title = Guichet
outlet-bar = État de la caisse
outlet-bar-till = Caisse { $till }
outlet-bar-float = Solde disponible
outlet-bar-low = Bas
outlet-bar-drawer = Espèces attendues
outlet-bar-payments = Paiements
outlet-bar-pending = En attente
outlet-bar-shift = Poste
outlet-bar-closed = Fermé
outlet-tabs = Pages du guichet
outlet-tab-counter = Encaisser
outlet-tab-payments = Paiements du jour
outlet-tab-give-back = À rendre
outlet-tab-movements = Entrées et sorties
outlet-tab-closure = Clôturer
outlet-tab-shifts = Postes
outlet-keys = Raccourcis clavier
outlet-keys-tabs = Alt (ou Alt + Maj) avec 1 à 6 : les pages du guichet ; avec 0 : le champ de recherche.
outlet-keys-enter = Entrée valide et passe à l’étape suivante.
outlet-keys-print = Alt + P imprime, Alt + N passe au client suivant.
outlet-keys-scan = Le lecteur de codes tape dans le champ de recherche : scannez dès que la page s’ouvre.
outlet-action-counter = Retour au guichet
outlet-page-next = Page suivante
outlet-page-first = Première page

# Shift
outlet-open-title = Ouvrir le poste
outlet-open-lead = Comptez le fonds de caisse avant de commencer.
outlet-till = Caisse
outlet-opening = Fonds de caisse
outlet-opening-hint = Par exemple 500,00. Laissez vide s’il n’y a rien.
outlet-open-button = Ouvrir
outlet-fault-till-open = Le poste de cette caisse est déjà ouvert. Choisissez-en une autre, ou faites-le clôturer.
outlet-none-title = Votre point de vente est introuvable
outlet-none-text = Il n’est dans aucun réseau. Demandez à un administrateur de vérifier votre compte. Rien n’a été fait.
outlet-inactive-title = Le point de vente est suspendu
outlet-inactive-text = Il ne prend aucun paiement pour le moment. Ne prenez pas d’espèces.
outlet-till-none-title = Caisse inconnue
outlet-till-none-text = Ce point de vente n’a pas cette caisse. Ne prenez pas d’espèces.

# Finding
outlet-find-title = Que paie le client ?
outlet-find-label = Code à 13 chiffres, ou code du créancier
outlet-find-hint = Tapez ou scannez. Exemples : 1000 0000 0000 7, 100101 (créancier et créance), ou la référence d’un paiement.
outlet-find-button = Chercher
outlet-billers = Créanciers
outlet-fault-find = Tapez 13 chiffres, un code de créancier, ou la référence d’un paiement.
outlet-fault-reference = Ce code n’existe pas. Vérifiez les 13 chiffres avec le client ; ne prenez pas d’espèces.
outlet-fault-payment = Aucun paiement de ce point de vente n’a cette référence.
outlet-fault-type = Ce créancier a plusieurs créances : ajoutez le code de la créance, ou choisissez-la dans la liste.
outlet-fault-biller = Aucun créancier n’est payable ici sous ce code.
outlet-too-many-title = Trop de recherches
outlet-too-many-text = Vous avez fait trop de recherches en peu de temps ; la limite protège les contrats des clients. Attendez le délai ci-dessous, puis recommencez. Rien n’a été fait.
outlet-identify-button = Voir les factures
outlet-unavailable-title = Créancier indisponible
outlet-unavailable-text = Nous ne pouvons pas le joindre. Ne prenez pas d’espèces ; réessayez dans quelques minutes.
outlet-bills-title = Factures à payer
outlet-bills-button = Calculer le total
outlet-bills-busy = Tout est payé ou en cours de paiement. Ne prenez pas d’espèces.

# Paying
outlet-tender-title = Encaissement
outlet-tendered = Somme remise
outlet-tendered-hint = Laissez vide si le client donne le compte exact.
outlet-phone = Téléphone mobile du client
outlet-phone-hint = Pour recevoir le SMS du reçu, ou du résultat s’il se fait attendre.
outlet-tender-button = Continuer
outlet-fault-too-little = C’est moins que le total de { $total }. Demandez le reste avant de continuer.
outlet-change-title = Monnaie à rendre
outlet-change = Monnaie à rendre
outlet-change-button = Espèces reçues, payer
outlet-change-fine = Prenez les espèces, puis validez : le créancier est prévenu aussitôt.
outlet-change-back = Corriger la somme remise
outlet-busy-paying = Le créancier enregistre…
outlet-not-offered-title = Pas payable en espèces ici
outlet-not-offered-text = Ce créancier ne prend pas ce montant en espèces au guichet. Ne prenez pas d’espèces.
outlet-expired-title = Ce prix n’est plus valable
outlet-expired-text = Cherchez la facture à nouveau. Ne prenez pas d’espèces, ou rendez-les.
outlet-being-paid-title = Un paiement est déjà en cours
outlet-being-paid-text = Cette facture est en cours de paiement, ici ou ailleurs. Rien n’a été pris : rendez les espèces au client.
outlet-already-paid-title = Cette facture est déjà payée
outlet-already-paid-text = Rien n’a été pris : rendez les espèces au client.
outlet-key-conflict-title = Ce formulaire a déjà servi
outlet-key-conflict-text = Il a servi à autre chose. Rien de plus n’a été fait : regardez les paiements du jour avant de recommencer.
outlet-float-low-title = Solde insuffisant
outlet-float-low-text = Le solde du point de vente ne couvre pas ce paiement. Rien n’a été pris : rendez les espèces, et demandez une alimentation.
outlet-fact-available = Disponible
outlet-fact-needed = Nécessaire
outlet-fact-late = Dossier n°

# Result
outlet-payment-title = Paiement
outlet-result-confirmed-title = Paiement confirmé
outlet-result-confirmed-text = Le créancier a enregistré { $amount }. Remettez le reçu au client.
outlet-result-pending-title = En cours de confirmation
outlet-result-pending-text = Le créancier n’a pas encore répondu. Gardez les espèces, ne les prenez pas une deuxième fois, et remettez ce bordereau. Un SMS suivra si un numéro a été donné.
outlet-result-cancelling-title = Annulation demandée
outlet-result-cancelling-text = Le créancier est interrogé. Gardez les espèces jusqu’à sa réponse.
outlet-result-give-back-title = Rendez les espèces
outlet-result-give-back-text = Le paiement n’est pas valable : la facture reste due. Rendez { $amount } au client, puis confirmez.
outlet-result-given-back-title = Espèces rendues
outlet-result-given-back-text = { $amount } ont été rendus au client. Le paiement est clos.
outlet-result-cancelled-title = Annulé : rendez les espèces
outlet-result-cancelled-text = Le créancier a annulé le paiement. Rendez { $amount } au client : la caisse en tient déjà compte.
outlet-result-cash = À rendre au client
outlet-given-button = Espèces rendues
outlet-print-receipt = Imprimer le reçu
outlet-print-slip = Imprimer le bordereau
outlet-print-a4 = Imprimer en A4
outlet-printed = Ce reçu a déjà été imprimé : le prochain portera la mention DUPLICATA.
outlet-next = Client suivant

# Cancelling
outlet-cancel-summary = Annuler ce paiement
outlet-cancel-reason = Motif
outlet-cancel-hint = Le créancier le lira : 100 caractères au plus.
outlet-cancel-button = Demander l’annulation
outlet-cancel-said = Le créancier a refusé l’annulation : { $words }
outlet-cancel-pending = On ne peut pas annuler un paiement en cours de confirmation : attendez la réponse du créancier.
outlet-cancel-refused = Le créancier a refusé l’annulation. Le client peut demander un remboursement au service client.
outlet-cancel-biller = Ce créancier n’accepte pas d’annulation.
outlet-cancel-day = On n’annule que les paiements du jour. Ensuite, seul un remboursement est possible.
outlet-cancel-shift = Le poste qui a encaissé est clôturé : on ne peut plus annuler ici. Seul un remboursement est possible.
outlet-cancel-over = Ce paiement n’est plus valable : il n’y a rien à annuler.
outlet-fault-reason = Dites pourquoi, en quelques mots.
outlet-fault-reason-long = C’est trop long : raccourcissez.
outlet-payments-title = Paiements du jour
outlet-state = État
outlet-state-confirmed = Confirmé
outlet-state-pending = En attente
outlet-state-cancelling = Annulation demandée
outlet-state-give-back = À rendre
outlet-state-cancelled = Annulé
outlet-state-given-back = Rendu

# Giving back
outlet-give-back-title = Espèces à rendre
outlet-give-back-lead = Ces sommes appartiennent à des clients. Rendez-les, puis confirmez.
outlet-give-back-none = Rien à rendre.
outlet-give-back-no-shift = Ouvrez un poste pour rendre des espèces.
outlet-give-back-since = Dû depuis le { $moment }
outlet-give-back-late = Espèces tardives n°
outlet-nothing-owed-title = Rien à rendre sous ce numéro
outlet-nothing-owed-text = Ce point de vente ne doit rien à ce titre. Rien n’a été inscrit.

# Movements
outlet-movements-title = Entrées et sorties d’espèces
outlet-movements-lead = Ce qui entre dans la caisse ou en sort, hors paiements.
outlet-movements-list = Mouvements du poste
outlet-movement-kind = Sens
outlet-movement-in = Entrée
outlet-movement-out = Sortie
outlet-movement-given-back = Rendu à un client
outlet-movement-late = Espèces tardives
outlet-movement-button = Inscrire
outlet-reason = Motif
outlet-who = Agent
outlet-fault-drawer = La caisse ne contient que { $held }.

# Closure
outlet-closure-title = Clôture du poste
outlet-closure-lead = Comptez les billets et les pièces. Un poste clôturé ne prend plus rien.
outlet-closure-count = Billets et pièces
outlet-closure-expected = Attendu
outlet-closure-counted = Compté
outlet-closure-even = Écart
outlet-closure-over = Excédent
outlet-closure-short = Manquant
outlet-closure-sum = Additionner
outlet-closure-again = Recompter
outlet-closure-button = Clôturer le poste
outlet-closure-fine = Attendu = fonds de caisse + mouvements + espèces encaissées.
outlet-closure-reason = Motif de l’écart
outlet-closure-pending-title = Des paiements sont encore en attente
outlet-closure-pending-text = Votre réseau ne laisse pas clôturer tant que le créancier n’a pas répondu. Rien n’a été clôturé.
outlet-supervisor = Accord du superviseur
outlet-supervisor-hint = L’écart dépasse { $tolerance } : un superviseur s’identifie ici, avec son code.
outlet-fault-supervisor = Ce nom, ce mot de passe et ce code ne vont pas ensemble. Vérifiez-les et recommencez avec un nouveau code.
outlet-fault-supervisor-empty = Le superviseur tape son nom, son mot de passe et son code à 6 chiffres.
outlet-fault-supervisor-not = Cette personne ne peut pas donner cet accord ici : il faut un autre membre, superviseur de ce point de vente ou de son réseau.
outlet-fault-supervisor-wait = Trop d’essais pour ce nom. Attendez quelques minutes.
outlet-fault-pieces = Tapez un nombre entier de billets ou de pièces.
outlet-fault-moved = La caisse a bougé entre-temps : vérifiez le nouvel écart.
outlet-shifts-title = Postes
outlet-shifts-none = Aucun poste n’a été ouvert.
outlet-shift-title = Poste n°
outlet-shift-number = N°
outlet-shift-open = Ouvert
outlet-shift-close = Clôturer
outlet-shift-opened = Ouverture
outlet-shift-closed = Clôture
outlet-shift-closed-by = Clôturé par
outlet-shift-approved-by = Écart accepté par
outlet-shift-difference = Écart
outlet-shift-moved = Entrées et sorties
outlet-shift-pending = Reportés au poste suivant

# Floats
outlet-floats-title = Soldes des points de vente
outlet-floats-lead = Ce qui reste à chaque point de vente, paiements en attente compris.
outlet-float-title = Solde du point de vente
outlet-float-threshold = Seuil d’alerte
outlet-float-inactive = Suspendu
outlet-float-top-up = Alimentation
outlet-float-withdrawal = Retrait
outlet-request-title = Demander
outlet-request-lead = Une deuxième personne décide ; rien ne bouge avant.
outlet-request-kind = Demande
outlet-request-proof = Justificatif
outlet-request-proof-hint = La référence du virement ou du reçu de la banque.
outlet-request-button = Envoyer la demande
outlet-requests-title = Demandes
outlet-requests-none = Aucune demande.
outlet-requests-more = Suite des demandes à décider
outlet-requests-older = Demandes décidées plus tôt
outlet-request-open = À décider
outlet-request-approved = Acceptée
outlet-request-refused = Refusée
outlet-request-decided = Décidée par
outlet-request-own = C’est votre demande : une autre personne décide.
outlet-request-note = Mot au demandeur (nécessaire pour refuser)
outlet-request-approve = Accepter
outlet-request-refuse = Refuser
outlet-fault-proof = Donnez un justificatif de 3 à 100 caractères.
outlet-fault-proof-used = Ce justificatif a déjà servi pour ce réseau.
outlet-fault-key = Ce formulaire a déjà servi à autre chose. Ouvrez la page à nouveau.
outlet-fault-decided = Cette demande est déjà décidée.
outlet-fault-own = Vous avez fait cette demande : une autre personne doit décider.
outlet-fault-withdrawal = Le solde n’est que de { $available } : le retrait ne passe pas.
outlet-statement-title = Relevé
outlet-statement-none = Aucun mouvement.
outlet-statement-event = Opération
outlet-statement-balance = Solde
outlet-event-taken = Paiement
outlet-event-returned = Paiement rendu
outlet-event-taken-reversed = Paiement annulé
outlet-event-agent-commission = Commission
outlet-event-commission-reversed = Commission reprise
outlet-event-float-topped-up = Alimentation
outlet-event-float-withdrawn = Retrait
outlet-event-late-cash = Espèces tardives
outlet-event-late-cash-released = Espèces tardives libérées

# Late cash
outlet-late-title = Ce code ne peut pas être payé
outlet-late-used = Ce code est déjà payé
outlet-late-cancelled = Ce code a été annulé
outlet-late-expired = Ce code a expiré
outlet-late-no-cash = Ne prenez pas d’espèces pour ce code.
outlet-late-heading = Espèces déjà prises ?
outlet-late-lead = Si le client est parti, inscrivez-les ici : elles sont gardées à son nom, puis vous seront libérées pour les lui rendre.
outlet-late-amount = Somme prise
outlet-late-amount-hint = Le code valait { $total }.
outlet-late-until = Il était payable jusqu’au { $moment }.
outlet-late-button = Inscrire les espèces tardives
outlet-late-held-title = Espèces tardives inscrites
outlet-late-held-text = Gardez-les : elles vous seront libérées pour être rendues au client.
outlet-late-float-title = Rendez ces espèces tout de suite
outlet-late-float-text = Le solde ne permet pas de les garder en attente. Rendez-les au client ; le cas est signalé.
outlet-action-late = Espèces déjà prises
outlet-late-cash-title = Espèces tardives en attente
outlet-late-cash-lead = Prises pour un code qui ne pouvait plus être payé. Libérées, elles reviennent au solde du point de vente, qui les rend.
outlet-late-cash-none = Rien en attente.
outlet-late-release = Libérer
outlet-late-reason-expired = Code expiré
outlet-late-reason-used = Code déjà payé
outlet-late-reason-cancelled = Code annulé
outlet-late-reason-paid = Facture déjà payée

# Paper
outlet-paper-title = Impression
outlet-paper-kind = Créance
outlet-paper-at = Date
outlet-paper-till = Caisse
outlet-paper-by = Agent
outlet-paper-code = Code à 13 chiffres
outlet-paper-total = Total en espèces
outlet-paper-follow = Scannez ce code pour suivre le paiement.
outlet-paper-back = Retour au paiement
outlet-paper-foot = Conservez ce papier. Heure du Maroc.
outlet-paper-confirmed-title = Reçu de paiement
outlet-paper-confirmed-text = Payé : { $amount }. Confirmé par le créancier.
outlet-paper-pending-title = Paiement en cours de confirmation
outlet-paper-pending-text = Nous avons pris { $amount } en espèces. Le créancier n’a pas encore répondu. Ne payez pas cette facture une deuxième fois : elle sera confirmée, ou l’argent vous sera rendu ici. Un SMS suivra si vous avez donné un numéro. Ceci n’est pas un reçu.
outlet-paper-cancelling-title = Annulation demandée
outlet-paper-cancelling-text = L’annulation de { $amount } est demandée au créancier. L’argent vous sera rendu ici dès son accord.
outlet-paper-give-back-title = Paiement non valable
outlet-paper-give-back-text = La facture reste due. { $amount } sont à rendre au client.
outlet-paper-cancelled-title = Paiement annulé
outlet-paper-cancelled-text = Annulé par le créancier : la facture est de nouveau due. { $amount } sont rendus au client.
outlet-paper-given-back-title = Espèces rendues
outlet-paper-given-back-text = { $amount } ont été rendus au client. La facture reste due.

# Counts
outlet-payments-count = { $form ->
    [0] Aucun paiement aujourd’hui.
    [one] { $count } paiement.
   *[other] { $count } paiements.
}
outlet-closure-carried = { $form ->
    [one] Un paiement attend encore la réponse du créancier. Il sera reporté par son nom au poste suivant.
   *[other] { $count } paiements attendent encore la réponse du créancier. Ils seront reportés par leur nom au poste suivant.
}
outlet-shift-taken = { $form ->
    [one] Encaissé ({ $count } paiement)
   *[other] Encaissé ({ $count } paiements)
}
