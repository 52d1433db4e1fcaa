# Navigation
staff-nav-settlement = Règlements
staff-nav-settlement-about = Ce que les facturiers reçoivent, et leurs fichiers.
staff-nav-reconciliation = Rapprochement
staff-nav-reconciliation-about = L’état d’une journée, à signer.
staff-nav-breaks = Écarts
staff-nav-breaks-about = Ce qui ne concorde pas, et ce qu’on en fait.
audit-file-downloaded = Fichier téléchargé
audit-statement-downloaded = État de rapprochement téléchargé
audit-break-assigned = Écart confié
audit-break-noted = Note sur un écart
audit-break-resolved = Écart clos, ou clôture proposée
audit-break-approved = Clôture d’un écart approuvée
audit-break-refused = Clôture d’un écart refusée

# Shared
finance-all = Tout
finance-choose = Choisir
finance-filter = Filtrer
finance-filter-open = Non clos
finance-filter-all = Tous
finance-show = Afficher
finance-download = Télécharger
finance-total = Total
finance-past-range = hors limites
finance-file = Fichier
finance-bytes = { $size } octets
finance-days = { $form ->
    [0] du jour
    [one] { $count } jour
   *[other] { $count } jours
}
finance-file-missing-title = Le fichier n’est pas à sa place
finance-file-missing-text = Il a été fait, mais il n’est pas dans le dossier des règlements. Prévenez l’exploitation : elle peut le refaire, à l’octet près. Rien n’a été téléchargé.
finance-file-changed-title = Le fichier n’est plus celui qui a été fait
finance-file-changed-text = Son empreinte est différente de celle d’origine. Il n’est pas remis : prévenez l’exploitation. Rien n’a été téléchargé.
finance-action-window = Retour à la période
finance-action-orders = Retour aux ordres

# Columns
finance-col-window = Période
finance-col-biller = Facturier
finance-col-cut-off = Arrêtée le
finance-col-state = État
finance-col-gross = Brut
finance-col-commission = Commission
finance-col-net = Net
finance-col-paid = Versé
finance-col-sequence = Décompte n°
finance-col-transfer = Virement
finance-col-account = Compte
finance-col-amount = Montant
finance-col-what = Poste
finance-col-day = Date
finance-col-number = Numéro
finance-col-reference = Référence
finance-col-source = Source
finance-col-file = Fichier
finance-col-records = Lignes
finance-col-matched = Rapprochées
finance-col-open = En suspens
finance-col-breaks = Écarts ouverts
finance-col-balances = Ouverture, clôture
finance-col-gateway = Passerelle
finance-col-owes = Doit
finance-col-announced = Annoncé
finance-col-not-announced = Non annoncé
finance-col-value-day = Valeur
finance-col-break = Écart
finance-col-age-0 = Du jour
finance-col-age-7 = 1 à 7 jours
finance-col-age-30 = 8 à 30 jours
finance-col-age-more = Au-delà
finance-col-kind = Nature
finance-col-owner = Suivi par
finance-col-expected = Attendu
finance-col-found = Trouvé
finance-col-age = Âge
finance-col-about = Concerne
finance-col-debit = Débit
finance-col-credit = Crédit

# Windows
finance-windows-title = Règlements
finance-windows-lead = Une période par facturier et par arrêté, la plus récente d’abord. Rien ne change dans une période réglée.
finance-windows-none = Aucune période : la première s’ouvre avec le premier facturier.
finance-windows-none-so = Aucune période ne répond à ce filtre.
finance-window-title = Période de règlement
finance-window-named = Période { $number }
finance-window-open = Ouverte
finance-window-closed = Arrêtée
finance-window-settled = Réglée
finance-window-unsettled = Pas encore réglée
finance-window-not-yet = Les montants et les fichiers sont faits après l’heure d’arrêté.
finance-window-since = Depuis le
finance-window-settled-at = Réglée le
finance-figures = Montants
finance-figure-gross = { $form ->
    [one] Brut de { $count } paiement
   *[other] Brut de { $count } paiements
}
finance-figure-refunds = { $form ->
    [one] Repris par { $count } annulation
   *[other] Repris par { $count } annulations
}
finance-figure-commission = Commission
finance-figure-vat = TVA sur commission
finance-figure-invoiced = Commission, facturée à part
finance-figure-invoiced-vat = TVA sur commission, facturée à part
finance-figure-carried-in = Reporté des périodes précédentes
finance-figure-net = Net
finance-figure-paid = Versé
finance-figure-carried-on = Reporté à la suivante
finance-transfers = Virements
finance-transfers-none = Rien n’est versé pour cette période.
finance-transfer-waiting = À ordonner
finance-transfer-ordered = Ordonné
finance-transfer-paid = Payé
finance-transfer-rejected = Rejeté
finance-transfer-returned = Retourné
finance-files = Fichiers
finance-files-none = Les fichiers ne sont pas encore faits.
finance-file-kind-csv = Valeurs séparées (CSV)
finance-file-kind-fixed = Largeur fixe
finance-file-kind-camt054 = Avis camt.054
finance-means-mail = par courriel à
finance-means-sftp = par SFTP à
finance-delivery-done = Remis le { $at }
finance-delivery-new = Pas encore envoyé
finance-delivery-failed = En échec ; nouvel essai le { $at }

# Orders
finance-orders-title = Ordres de virement
finance-orders-lead = Les messages pain.001 adressés à la banque, le plus récent d’abord.
finance-orders-none = La banque n’a encore reçu aucun ordre.
finance-orders-transfers = { $form ->
    [one] { $count } virement
   *[other] { $count } virements
}
finance-orders-made = Fait le
finance-orders-execution = À payer le
finance-order-unwritten = Le message n’est pas encore écrit.
finance-order-by-hand = À porter à la banque par une personne
finance-order-made = Sans réponse
finance-order-accepted = Accepté
finance-order-partly-accepted = Accepté en partie
finance-order-rejected = Rejeté

# Statement
finance-statement-title = État de rapprochement
finance-statement-day = Journée
finance-statement-hint = Par exemple { $today }.
finance-statement-pdf = Télécharger le PDF à signer
finance-statement-csv = Télécharger le CSV
finance-statement-final = { $day }, tel que connu à la fin du { $known }
finance-statement-not-final = { $day } : provisoire, ce qui arrive peut encore le changer
finance-statement-printed = Édité le
finance-statement-digest = Empreinte des chiffres (SHA-256)
finance-statement-prepared = Préparé par
finance-statement-approved = Approuvé par
finance-statement-name = Nom
finance-statement-date = Date
finance-statement-signature = Signature
finance-statement-foot = Montants en dirhams. Deux états de même empreinte disent les mêmes chiffres.
finance-fault-day = Écrivez le jour ainsi : 2026-11-24.
finance-fault-day-early = Rien n’était tenu avant 2020. Choisissez un jour plus récent.
finance-fault-day-late = Ce jour n’est pas encore venu. Choisissez aujourd’hui ou un jour passé.
finance-verdict-none = Aucun relevé bancaire n’a encore été pris : le solde de la banque n’est pas prouvé.
finance-verdict-even = Le solde de la banque au { $day } est prouvé : écart 0,00.
finance-verdict-off = Écart inexpliqué de { $amount } avec la banque au { $day }.
finance-verdict-range = Les sommes dépassent ce qui peut être compté : le solde de la banque n’est pas prouvé.
finance-bank-title = Preuve du solde bancaire
finance-bank-none = Aucun relevé.
finance-bank-to = Relevés jusqu’au { $day }
finance-bank-before = Avant le premier relevé
finance-bank-gaps = Entre relevés qui ne se suivent pas
finance-bank-booked = Comptabilisé ici
finance-bank-not-booked = À la banque, pas encore comptabilisé ici
finance-bank-not-shown = Comptabilisé ici, pas encore à la banque
finance-bank-closing = Solde de clôture à la banque
finance-bank-difference = Écart
finance-not-booked = À la banque, pas encore comptabilisé ici
finance-not-shown = Comptabilisé ici, pas encore à la banque
finance-items = { $form ->
    [one] { $count } élément
   *[other] { $count } éléments
}
finance-items-more = { $form ->
    [one] { $count } élément de plus, compté dans le total, n’est pas nommé.
   *[other] { $count } éléments de plus, comptés dans le total, ne sont pas nommés.
}
finance-sources-title = Sources de la journée
finance-sources-none = Aucun fichier reçu ne porte sur cette journée.
finance-breaks-open-of = { $open } sur { $all }
finance-gateways-title = Passerelles
finance-gateways-none = Aucune passerelle n’a encore encaissé.
finance-payouts-title = Versements annoncés et attendus
finance-open-breaks-title = Écarts ouverts, par nature et âge
finance-open-breaks-none = Aucun écart n’est ouvert.
finance-import-statement = Relevé
finance-import-notification = Avis
finance-import-answer = Réponse de la banque
finance-import-card-report = Rapport de la passerelle
finance-import-network-report = Rapport du réseau
finance-import-biller-report = Rapport du facturier

# Breaks
finance-breaks-title = Écarts
finance-breaks-lead = Le plus ancien d’abord. Un écart ne déplace jamais d’argent par lui-même.
finance-breaks-none = Aucun écart n’est ouvert.
finance-breaks-none-so = Aucun écart ne répond à ce filtre.
finance-owner-me = Moi
finance-break-title = Écart
finance-break-named = Écart { $number }
finance-break-words = Constat
finance-break-due = Dû le
finance-break-opened = Ouvert le
finance-break-closed = Clos le
finance-break-posting = Écriture
finance-break-open = Ouvert
finance-break-proposed = Attend une seconde personne
finance-break-resolved = Clos
finance-break-superseded = Remplacé
finance-break-settled = Réglé de lui-même
finance-break-staged = En cours de lecture
finance-kind-amount-differs = Montant différent
finance-kind-duplicate = Doublon
finance-kind-missing-here = Absent ici
finance-kind-missing-there = Absent chez eux
finance-kind-status-differs = État différent
finance-kind-returned = Retourné
finance-kind-late = En retard
finance-kind-ambiguous = Ambigu
finance-kind-unknown = Inconnu
finance-kind-gap = Trou
finance-source-bank = Banque
finance-source-gateway = Passerelle
finance-source-network = Réseau
finance-source-biller = Facturier
finance-subject-entry = Écriture bancaire
finance-subject-transfer = Virement
finance-subject-payment = Paiement
finance-subject-payout = Versement
finance-subject-float-request = Demande de solde
finance-subject-line = Ligne
finance-subject-statement = Relevé
finance-subject-order = Ordre
finance-subject-refund = Remboursement
finance-advice-amount-differs = Les deux l’ont, avec des montants différents. Interrogez l’autre partie, corrigez du côté qui a tort, passez en pertes et profits ce qui est minime.
finance-advice-duplicate = Ils l’ont plus d’une fois. Faites reprendre le second.
finance-advice-missing-here = Ils l’ont et nous ne l’avons pas. Trouvez à qui il est avant de déplacer de l’argent.
finance-advice-missing-there = Nous l’avons et ils ne l’ont pas. Attendez le rapport suivant, puis interrogez-les.
finance-advice-status-differs = Les deux l’ont, dans un état différent. Voyez le paiement ou le virement, puis interrogez-les.
finance-advice-returned = Un virement a été rejeté ou est revenu. Corrigez le compte, puis faites refaire le virement.
finance-advice-late = Ordonné, et sur aucun relevé. Interrogez la banque ; l’écart se clôt seul quand il arrive.
finance-advice-ambiguous = Plusieurs choses peuvent être visées. Demandez une référence à la banque, puis décidez.
finance-advice-unknown = Rien de connu n’est visé. Interrogez la banque ; à défaut, mettez la somme en attente.
finance-advice-gap = Il manque un relevé avant celui-ci, ou deux se recouvrent. Importez ce qui manque.
finance-history = Historique
finance-action-opened = Ouvert
finance-action-assigned = Confié
finance-action-noted = Note
finance-action-proposed = Clôture proposée
finance-action-approved = Approuvé
finance-action-refused = Refusé
finance-action-resolved = Clos
finance-action-superseded = Remplacé
finance-action-settled = Réglé de lui-même
finance-action-seen-again = Revu
finance-way-evidence = Par une pièce, sans écriture
finance-way-written-off = En pertes et profits
finance-way-suspense = En attente (suspens)
finance-way-charges = Frais bancaires
finance-way-commission = Commission payée par un facturier
finance-way-payout = Versement d’une passerelle

# Closing
finance-close-title = Clore l’écart
finance-close-lead = Rien n’est fait avant que vous ayez vu ce qui sera comptabilisé.
finance-how = Comment
finance-why = Pourquoi
finance-why-hint = Pour une pièce : où elle se trouve.
finance-payout = Référence du versement
finance-payout-when = pour un versement seulement
finance-biller-when = pour une commission seulement
finance-button-look = Voir l’effet
finance-button-close = Comptabiliser et clore
finance-button-propose = Proposer à une seconde personne
finance-button-approve = Approuver
finance-button-refuse = Refuser
finance-button-back = Revenir sans rien faire
finance-button-assign = Confier
finance-button-note = Ajouter la note
finance-assign-title = Confier l’écart
finance-nothing-booked = Rien n’est comptabilisé.
finance-note-title = Ajouter une note
finance-note = Note
finance-note-fine = Rien n’est comptabilisé. Une note ne s’efface pas.
finance-proposal = Clôture proposée
finance-proposed-by = proposée par
finance-proposal-own = C’est votre proposition : une autre personne doit décider.
finance-word = Votre mot
finance-word-hint = Nécessaire pour refuser. Refuser rouvre l’écart ; rien n’est comptabilisé.
finance-confirm-title = Confirmer
finance-confirm-changed = L’effet a changé depuis que vous l’avez vu. Regardez-le à nouveau.
finance-effect-title = Ce qui sera comptabilisé
finance-effect-none = Rien ne sera comptabilisé : aucun argent ne bouge.
finance-effect-second = Une seconde personne devra approuver ; rien n’est comptabilisé avant.
finance-account-bank = Banque
finance-account-charges = Frais bancaires
finance-account-suspense = Comptes d’attente
finance-account-differences = Différences de rapprochement
finance-account-gateway = À recevoir de la passerelle
finance-account-fees = Commissions de la passerelle
finance-account-biller = À recevoir du facturier
finance-fault-note = Écrivez quelques mots.
finance-fault-note-long = C’est trop long : 300 caractères au plus.
finance-fault-member = Choisissez une personne de la liste.
finance-fault-closed = Cet écart est déjà clos. Voyez son historique.
finance-fault-proposed = Une clôture est déjà proposée. Voyez-la ci-dessous.
finance-fault-not-proposed = Aucune clôture n’attend de décision. Voyez l’historique.
finance-fault-same-person = Vous l’avez proposée : une autre personne doit décider.
finance-fault-changed = L’écart a changé entre-temps. Voyez-le tel qu’il est.
finance-fault-not-bookable = Cet écart ne peut être clos que par une pièce.
finance-fault-same-amounts = Les montants ne diffèrent pas : rien à comptabiliser.
finance-fault-nothing-left = Il ne reste rien à rapprocher de cette écriture. Relancez le rapprochement.
finance-fault-has-charges = Des frais de cette écriture sont déjà comptabilisés : le reste peut être passé en pertes.
finance-fault-not-a-debit = Des frais sont un débit, et ceci est un crédit.
finance-fault-not-a-credit = Ce que paie un facturier est un crédit, et ceci est un débit.
finance-fault-biller = Choisissez le facturier qui a payé sa commission.
finance-fault-payout = Écrivez la référence du versement.
finance-fault-payout-unknown = Aucun versement attendu n’a cette référence. Voyez l’état de rapprochement.
finance-fault-more = Il est arrivé plus que ce qui était annoncé. Interrogez la passerelle.
