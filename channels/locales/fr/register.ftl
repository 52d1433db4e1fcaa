# Navigation
staff-nav-payments = Paiements
staff-nav-payments-about = Trouver un paiement et suivre toute son histoire.
audit-payment-noted = Note ajoutée à un paiement

# The register
register-title = Paiements
register-lead = Cherchez par ce que vous savez d’un paiement ; tout ce que vous remplissez doit convenir. Le plus récent d’abord.
register-search = Chercher
register-clear = Tout effacer
register-more = Plus de critères
register-any = Indifférent
register-reference = Référence ou numéro
register-reference-hint = Par exemple 0000-001B-9XK2-7QZD, F100005 ou 000000100005.
register-contract-hint = Choisissez aussi le facturier.
register-from = Du
register-until = Au
register-outlet = Point de vente n°
register-least = Total payé, à partir de
register-most = Total payé, jusqu’à
register-amount-hint = Deux fois le même pour un montant exact.
register-newest = Les plus récents
register-none = Aucun paiement pour l’instant.
register-none-so = Aucun paiement ne correspond. Enlevez un critère, ou vérifiez ce que vous avez écrit.
register-none-further = Plus rien au-delà.
register-none-yet = Rien trouvé jusqu’ici.
register-looked-to = Recherche faite jusqu’au { $at } ; il y a des paiements plus anciens. Continuez, ou ajoutez un critère.
register-go-on = Continuer la recherche
register-col-number = Numéro
register-col-at = Commencé le
register-col-way = Canal
register-col-event = Écriture
register-col-account = Compte
register-col-task = Tâche
register-col-asked = Demandée le
register-col-tries = Essais
register-col-result = Résultat
register-col-same = Lien
register-same-bill = Même facture
register-same-customer = Même client
register-fault-long = C’est trop long : 64 caractères au plus.
register-fault-reference = Ce n’est ni une référence ni un numéro de paiement. Écrivez par exemple 0000-001B-9XK2-7QZD ou F100005.
register-fault-contract-biller = Choisissez le facturier du contrat.
register-fault-biller-gone = Ce facturier n’est plus au catalogue : ses contrats ne peuvent pas être cherchés. Cherchez autrement.
register-fault-outlet = Écrivez le numéro du point de vente, en chiffres.
register-fault-amount = Écrivez un montant, par exemple 168,42.
register-fault-amounts-turned = Le second montant est plus petit que le premier.
register-fault-day = Écrivez le jour ainsi : 2026-11-24.
register-fault-days-turned = Le second jour est avant le premier.
register-payment-title = Paiement
register-actions = Actions
register-timeline = Déroulement
register-facts = Paiement
register-amounts = Montants
register-notes = Notes
register-notes-none = Aucune note.
register-note = Nouvelle note
register-note-hint = Une note ne s’efface pas. N’y écrivez ni numéro de carte ni secret.
register-note-button = Ajouter la note
register-fault-note = Écrivez quelques mots.
register-fault-note-long = C’est trop long : 500 caractères au plus.
register-postings = Écritures comptables
register-postings-none = Rien n’est comptabilisé : aucun argent n’a bougé.
register-tasks = Tâches et messages
register-tasks-none = Aucune tâche.
register-task-done = Faite le { $at }
register-task-new = Pas encore essayée
register-task-again = Nouvel essai le { $at }
register-related = Autres paiements du client
register-step-started = Paiement commencé
register-step-link = Lien de paiement créé
register-step-cancellation = Annulation demandée
register-step-called = Une personne est appelée
register-step-call-over = L’appel est clos
register-step-posting = Écriture { $number }
register-by-payer = Payeur
register-by-gateway = Passerelle
register-by-biller = Facturier
register-by-outlet = Point de vente
register-by-hub = fatoura
register-fact-number = Numéro
register-fact-authorisation = Autorisation
register-fact-gateway = Transaction de la passerelle
register-fact-outlet = Réseau, point de vente, caisse
register-fact-cash-reference = Référence en espèces
register-step-again = { $form ->
    [one] { $count } essai, sera repris
   *[other] { $count } essais, sera repris
}
register-step-tries = { $form ->
    [one] { $count } essai
   *[other] { $count } essais
}

# Kept filters
register-saved = Mes filtres
register-saved-delete = Supprimer
register-saved-delete-named = Supprimer le filtre { $name }
register-save = Garder ce filtre
register-save-name = Nom du filtre
register-save-hint = Pour vous seul ; vingt au plus. Un filtre ne garde ni téléphone ni contrat.
register-save-button = Garder
register-fault-filter-name = Donnez au filtre un nom de 40 caractères au plus.
register-fault-filter-taken = Un de vos filtres porte déjà ce nom. Choisissez-en un autre.
register-fault-filter-many = Vous avez déjà vingt filtres. Supprimez-en un d’abord.

# Refunds
register-col-proposed = Proposé le
register-col-decided-by = Décidé par
register-refund-proposed = Remboursement proposé : { $amount }
register-refund-approved = Remboursement approuvé : { $amount }
register-refund-alone = Remboursement décidé seul, sous le seuil : { $amount }
register-refund-refused = Remboursement refusé : { $amount }
register-refund-withdrawn = Proposition de remboursement retirée : { $amount }
register-refund-asked = Remboursement demandé à la passerelle : { $amount }
register-refund-failed = Remboursement refusé par la passerelle : { $amount }

# States
register-state-awaiting = En attente du payeur
register-state-held = Réservé
register-state-taken = Encaissé, à confirmer
register-state-confirmed = Confirmé
register-state-declined = Refusé
register-state-expired = Non payé à temps
register-state-returning = Remboursement en cours
register-state-returned = Remboursé
register-state-cancelling = Annulation en cours
register-state-cancelled = Annulé

# Postings
register-posting-taken = Argent encaissé
register-posting-confirmed = Confirmé par le facturier
register-posting-return-decided = Retour de l’argent décidé
register-posting-returned = Argent rendu
register-posting-agent-commission = Commission du réseau
register-posting-taken-reversed = Encaissement contre-passé
register-posting-confirmed-reversed = Confirmation contre-passée
register-posting-commission-reversed = Commission contre-passée
register-posting-refund-decided = Remboursement décidé
register-posting-refund-paid = Remboursement rendu au payeur
register-posting-refund-reversed = Remboursement contre-passé

# Tasks
register-task-confirm = Confirmer au facturier
register-task-capture = Encaisser la réservation
register-task-verify-capture = Vérifier l’encaissement
register-task-poll = Interroger la passerelle
register-task-return = Rendre l’argent
register-task-sms = Reçu par SMS
register-task-mail = Reçu par courriel
register-task-sms-returning = SMS « remboursement en cours »
register-task-mail-returning = Courriel « remboursement en cours »
register-task-sms-returned = SMS « remboursé »
register-task-mail-returned = Courriel « remboursé »
register-task-cancel = Annuler chez le facturier
register-task-sms-cancelled = SMS « annulé »
register-task-mail-low-float = Courriel « solde bas »
register-task-sms-reference = Référence par SMS
register-task-sms-reference-reminder = Rappel de référence par SMS
register-task-sms-link = Lien par SMS
register-task-mail-link = Lien par courriel
register-task-refund = Rembourser
register-task-sms-refunded = SMS « remboursé » (remboursement)
register-task-mail-refunded = Courriel « remboursé » (remboursement)
register-task-sms-dispute = SMS « réclamation »
register-task-mail-dispute = Courriel « réclamation »

# Accounts
register-account-gateway-receivable = À recevoir de la passerelle
register-account-agent-float = Solde du point de vente
register-account-bills-in-transit = Factures en cours
register-account-biller-payable = Dû au facturier
register-account-customer-fees = Frais des clients
register-account-biller-commission = Commission des facturiers
register-account-vat-payable = TVA à payer
register-account-stamp-duty-payable = Droit de timbre à payer
register-account-agent-commission-payable = Commission due au réseau
register-account-refunds-payable = À rendre aux payeurs
register-account-suspense = Compte d’attente
register-account-cash-over-and-short = Écarts de caisse
register-account-bank = Banque
register-account-agent-commission = Commission des réseaux
register-account-vat-deductible = TVA déductible
register-account-transfers-in-transit = Virements en cours
register-account-biller-receivable = À recevoir du facturier
register-account-gateway-fees = Commissions de la passerelle
register-account-bank-charges = Frais bancaires
register-account-reconciliation-differences = Différences de rapprochement

# What is done at once
register-ask-biller = Demander au facturier maintenant
register-resend-sms = Renvoyer le reçu par SMS
register-resend-mail = Renvoyer le reçu par courriel
register-fault-no-receipt = Ce paiement n’a pas de reçu à renvoyer par ce moyen. Rien n’a été envoyé.
register-fault-sent-just-now = Le reçu vient d’être envoyé ou attend de l’être. Attendez une minute ; rien de plus n’a été envoyé.
register-fault-not-waiting = Rien n’attend la réponse du facturier, ou il est déjà interrogé. Voyez les tâches.
audit-receipt-resent = Reçu renvoyé
audit-biller-asked = Facturier interrogé de nouveau

# Échanges
register-exchanges = Échanges
register-exchanges-lead = Ce qui a été dit au facturier et à la passerelle, et entendu d’eux. Secrets et cartes retirés, données personnelles masquées ; gardé 30 jours.
register-exchange-who = Avec
register-exchange-what = Opération
register-exchange-took = Durée
register-exchange-sent = Envoyé
register-exchange-heard = Reçu
register-exchange-look = Voir les messages
register-exchange-confirm = Confirmation
register-exchange-status = Question d’état
register-exchange-cancel = Annulation
register-exchange-callback = Appel de la passerelle
register-exchange-capture = Capture
register-exchange-void = Annulation de l’autorisation
register-exchange-credit = Remboursement
register-exchange-charge = Débit
register-exchange-end-answered = Répondu
register-exchange-end-refused = Refusé
register-exchange-end-failed = Sans réponse utile

# Issues et réservations, telles que décidées
register-outcome-proposed = Proposé : { $says }
register-outcome-approved = Approuvé par une seconde personne : { $says }
register-outcome-refused = Refusé par une seconde personne : { $says }
register-outcome-withdrawn = Proposition retirée : { $says }
register-outcome-overtaken = Proposition dépassée : { $says }
register-hold-capture = Encaissement demandé : { $amount }
register-hold-refused = Encaissement refusé par la passerelle : { $amount }
register-hold-let-go = Réservation libérée : { $amount }
