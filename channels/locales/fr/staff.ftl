# Frame
staff-mark = Espace de travail
staff-sign-out = Se déconnecter
staff-foot = Réservé au personnel. Chaque connexion et chaque consultation de données d’un client est inscrite au journal d’audit.
staff-nav-home = Accueil
staff-nav-home-about = Vos écrans de travail.
staff-nav-audit = Journal d’audit
staff-nav-audit-about = Qui a fait quoi, et quand.
staff-nav-account = Mon compte
staff-nav-sessions = Mes sessions
staff-nav-sessions-about = Où vous êtes connecté, et comment y mettre fin.
staff-nav-password = Mot de passe
staff-nav-password-about = Le changer quand vous voulez.
staff-nav-codes = Codes de secours
staff-nav-codes-about = Pour entrer sans votre téléphone.
staff-action-home = Retour à l’accueil
staff-forbidden-title = Cette page ne vous est pas ouverte
staff-forbidden-text = Vos rôles ne donnent pas ce droit. Si vous en avez besoin, demandez-le à un administrateur. Rien n’a été fait.

# Roles
staff-role-teleoperator = Téléopérateur
staff-role-agent = Agent
staff-role-outlet-supervisor = Superviseur de point de vente
staff-role-network-manager = Responsable de réseau
staff-role-biller-user = Utilisateur d’organisme
staff-role-finance = Finance
staff-role-operations = Opérations
staff-role-auditor = Auditeur
staff-role-administrator = Administrateur
staff-scope-outlet = Point de vente
staff-scope-network = Réseau
staff-scope-biller = Organisme

# Sign-in
staff-sign-in-title = Connexion
staff-sign-in-lead = Entrez avec le nom et le mot de passe qui vous ont été donnés.
staff-sign-in-button = Se connecter
staff-sign-in-fine = Mot de passe oublié ? Un administrateur peut vous en donner un nouveau.
staff-login = Nom d’utilisateur
staff-password = Mot de passe
staff-ended = Votre session est terminée. Reconnectez-vous pour continuer.
staff-fault-sign-in = Ce nom et ce mot de passe ne vont pas ensemble. Vérifiez-les et réessayez.
staff-fault-sign-in-empty = Tapez votre nom d’utilisateur et votre mot de passe.
staff-fault-wait = { $form ->
    [one] Trop d’essais. Réessayez dans une minute.
   *[other] Trop d’essais. Réessayez dans { $count } minutes.
}

# Second factor
staff-factor-title = Code de vérification
staff-factor-lead = Ouvrez votre application d’authentification et tapez le code à 6 chiffres de Fatoura.
staff-factor-button = Vérifier
staff-factor-other = Se connecter sous un autre nom
staff-code = Code à 6 chiffres
staff-fault-code = Ce code n’est pas bon, ou il a déjà servi. Attendez le suivant et tapez-le.
staff-recovery-summary = Je n’ai pas mon téléphone
staff-recovery = Code de secours
staff-recovery-hint = L’un des dix codes que vous avez gardés. Chacun ne sert qu’une fois.
staff-recovery-button = Entrer avec ce code
staff-fault-recovery = Ce code de secours n’est pas bon, ou il a déjà servi.

# Password
staff-password-title = Changer de mot de passe
staff-password-lead = Vos autres sessions seront fermées.
staff-password-forced = Votre mot de passe ne sert qu’une fois. Choisissez le vôtre pour continuer.
staff-password-button = Changer le mot de passe
staff-password-fine = Une suite de quelques mots est facile à retenir et difficile à deviner.
staff-present = Mot de passe actuel
staff-new = Nouveau mot de passe
staff-new-hint = { $form ->
   *[other] Au moins { $count } caractères, sans votre nom d’utilisateur.
}
staff-again = Nouveau mot de passe, encore une fois
staff-fault-present = Ce n’est pas votre mot de passe actuel.
staff-fault-again = Les deux nouveaux mots de passe diffèrent. Tapez deux fois le même.
staff-fault-same = Le nouveau mot de passe est l’actuel. Choisissez-en un autre.
staff-fault-short = Ce mot de passe est trop court : il faut au moins 12 caractères.
staff-fault-long = Ce mot de passe est trop long : 128 caractères au plus.
staff-fault-blank = Un mot de passe ne commence ni ne finit par un espace, et n’a pas de caractères invisibles.
staff-fault-login = Le mot de passe ne doit pas contenir votre nom d’utilisateur.
staff-fault-guessable = Ce mot de passe est trop facile à deviner. Choisissez-en un autre.

# Enrolment
staff-enrol-title = Protéger votre compte
staff-enrol-lead = En plus du mot de passe, un code de votre téléphone prouvera que c’est vous.
staff-enrol-scan = Dans une application d’authentification, ajoutez un compte et scannez ce code.
staff-enrol-qr = Code QR du compte
staff-enrol-type = Je ne peux pas scanner
staff-enrol-type-hint = Tapez cette clé dans l’application : compte Fatoura, code basé sur l’heure.
staff-enrol-confirm = Tapez le code à 6 chiffres que l’application affiche.
staff-enrol-button = Activer
staff-codes-title = Codes de secours
staff-codes-made-title = Gardez ces codes de secours
staff-codes-made-lead = Sans votre téléphone, l’un d’eux vous laisse entrer. Chacun ne sert qu’une fois.
staff-codes-made-note = Ils ne seront plus jamais affichés. Notez-les ou imprimez-les, et gardez-les en lieu sûr.
staff-codes-made-done = C’est noté, continuer
staff-codes-left = { $form ->
    [one] Il vous reste { $count } code de secours
   *[other] Il vous reste { $count } codes de secours
}
staff-codes-lead = De nouveaux codes remplacent tous les anciens. Pour en recevoir, tapez le code de votre application.
staff-codes-button = Recevoir de nouveaux codes
staff-codes-none = Votre compte n’a pas de second facteur : seul le mot de passe le protège.
staff-codes-enrol = Ajouter un second facteur

# Sessions
staff-sessions-title = Mes sessions
staff-sessions-lead = Une session inutilisée se ferme après 15 minutes. Fermez celles que vous ne reconnaissez pas, puis changez de mot de passe.
staff-session-unknown = Navigateur inconnu
staff-session-current = Celle-ci
staff-session-opened = Ouverte le { $moment }
staff-session-seen = Utilisée le { $moment }
staff-session-end = Fermer
staff-sessions-end-others = Fermer toutes les autres

# Home
staff-home-title = Accueil
staff-home-heading = Bonjour, { $name }
staff-home-work = Mon travail
staff-done-password = Votre mot de passe est changé, et vos autres sessions sont fermées.

# Audit log
staff-audit-title = Journal d’audit
staff-audit-lead = Les inscriptions les plus récentes d’abord. Aucune ne peut être changée ni effacée : chacune porte l’empreinte de la précédente.
staff-audit-empty = Aucune inscription.
staff-audit-seq = N°
staff-audit-at = Quand
staff-audit-actor = Qui
staff-audit-action = Quoi
staff-audit-subject = Objet
staff-audit-detail = Détail
staff-audit-older = Plus anciennes
staff-audit-newest = Les plus récentes
audit-password-accepted = Mot de passe accepté
audit-signed-in = Connexion
audit-sign-in-refused = Connexion refusée
audit-second-factor-refused = Code refusé
audit-locked-out = Essais suspendus
audit-signed-out = Déconnexion
audit-password-changed = Mot de passe changé
audit-password-change-refused = Changement de mot de passe refusé
audit-password-reset = Mot de passe réinitialisé
audit-second-factor-enrolled = Second facteur activé
audit-second-factor-reset = Second facteur retiré
audit-recovery-code-used = Code de secours utilisé
audit-recovery-codes-renewed = Codes de secours renouvelés
audit-session-revoked = Session fermée
audit-member-added = Membre ajouté
audit-member-disabled = Membre désactivé
audit-member-enabled = Membre réactivé
audit-roles-set = Rôles modifiés
audit-customer-viewed = Données d’un client consultées
audit-personal-data-exported = Données d’une personne extraites
audit-erasure-asked = Effacement des données d’une personne demandé
audit-personal-data-erased = Données d’une personne effacées
