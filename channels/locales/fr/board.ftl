# Navigation
staff-nav-board = Tableau de bord
staff-nav-board-about = Les paiements de la minute, et ce qui attend quelqu’un.

# The page
board-title = Tableau de bord
board-lead = Ce qui entre, comment cela finit, et ce qui attend. Aucune donnée de client.
board-again = Actualiser
board-pause = Suspendre l’actualisation
board-resume = Reprendre l’actualisation
board-silent = Le serveur ne répond pas : les chiffres datent de l’heure indiquée.
board-read-at = Lu le
board-unread = Cette partie n’a pas pu être lue. Le reste du tableau est à jour ; elle revient d’elle-même dès que la base répond.
board-verdict-good = Rien ne demande d’intervention.
board-verdict-unread = Rien d’urgent dans ce qui a pu être lu.
board-verdict-act = { $form ->
    [one] { $count } rubrique demande une intervention.
   *[other] { $count } rubriques demandent une intervention.
}
board-state-good = Rien à signaler
board-state-watch = À surveiller
board-state-act = À traiter
board-state-unread = Non lu
board-oldest-shown = Seuls les plus anciens sont montrés.
board-never = jamais
board-age-seconds = { $count } s
board-age-minutes = { $count } min
board-age-hours = { $count } h
board-age-days = { $count } j

# Payments
board-traffic = Paiements par minute
board-last-minute = Dernière minute pleine
board-last-hour = 60 dernières minutes
board-since = Trop de paiements pour compter une journée : compté depuis
board-traffic-none = Aucun paiement commencé depuis une heure, sur aucun canal.
board-curve-told = { $channel } : { $count } paiements en 60 minutes, au plus { $peak } par minute
board-minutes = Les chiffres, minute par minute
board-minutes-caption = Paiements commencés, par canal. Les minutes sans paiement ne sont pas listées.
board-col-minute = Minute

# How they end
board-rate-billers = Réussite par facturier
board-rate-billers-about = Part confirmée par le facturier, sur l’argent encaissé dont l’issue est connue.
board-rate-billers-col = Facturier
board-rate-instruments = Réussite par moyen de paiement
board-rate-instruments-about = Part aboutie, sur tous les paiements terminés, refus et abandons compris.
board-rate-instruments-col = Moyen
board-rate-none = Aucun paiement depuis un jour.
board-rate-counts = { $confirmed } confirmés, { $returned } rendus, { $unpaid } non payés, { $open } en cours
board-rate-bad = Échecs
board-rate-watched = À surveiller
board-col-hour = 60 minutes
board-col-day = 24 heures

# Tiles
board-unknowns = Issue inconnue
board-unknowns-about = Argent encaissé, et pas de réponse claire du facturier ou de la passerelle. Rien n’est remboursé d’ici là.
board-unknown-asked = { $what } ({ $count }×)
board-breakers = Facturiers coupés
board-breakers-about = Après des échecs répétés, vus de ce serveur ; retenté de lui-même.
board-breaker-open = Coupé
board-queues = Travaux dus
board-queues-about = Ce qui doit partir maintenant vers facturiers, passerelle et clients.
board-writer = File d’écriture de ce serveur : { $count }
board-messages = Messages non partis
board-messages-about = SMS et courriels essayés sans succès, qui seront retentés.
board-incidents = Incidents ouverts
board-incidents-about = Ce que le programme ne peut pas résoudre seul.
board-breaks = Écarts non clos
board-breaks-about = Trouvés par le rapprochement.
board-floats = Soldes bas
board-floats-about = Points de vente ouverts sous le seuil de leur réseau.
board-jobs = Tâches en échec
board-jobs-about = Tâches planifiées qui échouent ou tardent.
board-job-late = En retard
board-job-failures = { $form ->
    [one] { $count } échec de suite
   *[other] { $count } échecs de suite
}
board-files = Fichiers non livrés
board-files-about = Fichiers de règlement et ordres à la banque qui ne sont pas arrivés.

# Columns
board-col-payment = Paiement
board-col-asked = Demandé
board-col-age = Depuis
board-col-biller = Facturier
board-col-code = Code
board-col-state = État
board-col-task = Travail
board-col-message = Message
board-col-what = Nature
board-col-count = Nombre
board-col-oldest = Plus ancien
board-col-outlet = Point de vente
board-col-left = Reste
board-col-threshold = Seuil
board-col-job = Tâche
board-col-done = Dernier succès
board-col-file = Fichier
board-col-tries = Essais

# Work
board-task-confirm = Confirmation au facturier
board-task-capture = Capture
board-task-verify-capture = Vérification de capture
board-task-poll = Question à la passerelle
board-task-return = Restitution
board-task-cancel = Annulation
board-task-sms = SMS de reçu
board-task-mail = Courriel de reçu
board-task-sms-returning = SMS de restitution en cours
board-task-mail-returning = Courriel de restitution en cours
board-task-sms-returned = SMS de restitution faite
board-task-mail-returned = Courriel de restitution faite
board-task-sms-cancelled = SMS d’annulation
board-task-mail-low-float = Alerte de solde bas
board-task-sms-reference = SMS de référence
board-task-sms-reference-reminder = Rappel de référence
board-task-sms-link = SMS avec lien
board-task-mail-link = Courriel avec lien
board-task-refund = Remboursement
board-task-sms-refunded = SMS de remboursement
board-task-mail-refunded = Courriel de remboursement
board-task-sms-dispute = SMS de réclamation
board-task-mail-dispute = Courriel de réclamation

# Incidents
board-incident-unresolved-confirmation = Confirmation sans issue
board-incident-unresolved-return = Restitution sans issue
board-incident-unresolved-capture = Capture sans issue
board-incident-callback-mismatch = Rappel de passerelle discordant
board-incident-amount-mismatch = Montant discordant
board-incident-unresolved-cancellation = Annulation sans issue
board-incident-late-cash = Espèces tardives
board-incident-job = Tâche en échec
board-incident-undelivered-file = Fichier non livré
board-incident-unresolved-refund = Remboursement sans issue
