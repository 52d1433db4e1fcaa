# Navigation
staff-nav-branding = Habillage
staff-nav-branding-about = Logo, couleurs et textes des facturiers, tels que les payeurs les voient.
audit-brand-drafted = Brouillon d’habillage enregistré
audit-brand-published = Habillage publié
audit-brand-dropped = Brouillon d’habillage abandonné

# Billers
branding-title = Habillage
branding-lead = Ce que les payeurs voient de chaque facturier : son logo, ses couleurs, ses textes.
branding-no-billers = Aucun facturier n’est encore importé.
branding-col-biller = Facturier
branding-col-code = Code
branding-col-in-force = En vigueur
branding-col-draft = Brouillon
branding-plain = Présentation ordinaire
branding-no-draft = Aucun
branding-version = Version { $number }
branding-made = Enregistré le { $at } par { $name }
branding-waits = Un brouillon attend

# The draft
branding-draft-title = Brouillon
branding-previews = Voir le brouillon comme un payeur le verrait
branding-preview-payment = Page de paiement
branding-preview-receipt = Reçu
branding-preview-mail = E-mail
branding-preview-bar = Aperçu d’un brouillon : seul le personnel voit cette page.
branding-preview-back = Retour à l’habillage
branding-sample-line = Facture d’exemple
branding-publish = Publier ce brouillon
branding-drop = Abandonner le brouillon
branding-own-draft = Vous avez enregistré ce brouillon : une autre personne doit le publier.
branding-others-publish = L’exploitation publie ce brouillon après l’avoir vu.
branding-done-saved = Le brouillon est enregistré. Rien ne change pour les payeurs avant sa publication.
branding-done-published = L’habillage est publié. Les payeurs le voient dès maintenant.
branding-done-dropped = Le brouillon est abandonné. Rien n’a changé pour les payeurs.

# The form
branding-form-title = Préparer un habillage
branding-form-again = Modifier le brouillon
branding-form-lead = Ce qui reste vide est présenté comme pour les facturiers sans habillage. Un texte se donne dans les trois langues.
branding-logo = Logo
branding-logo-now = Logo actuel du brouillon
branding-logo-remove = Retirer le logo
branding-logo-file = Fichier du logo
branding-logo-hint = PNG, JPEG ou SVG, 200 ko et 2000 × 2000 pixels au plus. Un logo SVG n’est pas repris dans les e-mails ni le PDF : le nom l’y remplace.
branding-logo-large = Le fichier dépasse 200 ko. Réduisez l’image et choisissez-la à nouveau.
branding-logo-unknown = Ce fichier n’est ni un PNG, ni un JPEG, ni un SVG. Exportez le logo dans l’un de ces formats.
branding-logo-damaged = L’image est abîmée ou incomplète. Exportez-la à nouveau.
branding-logo-dimensions = L’image mesure { $width } × { $height } pixels ; chaque côté va de 1 à 2000. Réduisez-la.
branding-logo-svg = Le SVG contient, ligne { $line }, ce qu’un logo n’admet pas : { $what }. Exportez-le en « SVG simple », textes convertis en tracés.
branding-colours = Couleurs
branding-colours-hint = Les deux ensemble, ou aucune. La couleur des textes posés dessus est choisie pour rester lisible.
branding-brand = Couleur de la marque
branding-brand-hint = Fond de l’en-tête.
branding-accent = Couleur d’accent
branding-accent-hint = Boutons et liens.
branding-name = Nom affiché
branding-name-hint = { $count } caractères au plus.
branding-help = Aide
branding-help-hint = À côté des formulaires de paiement, par exemple où trouver le numéro de contrat. { $count } caractères au plus.
branding-contact = Contact
branding-contact-hint = Où joindre le facturier. { $count } caractères au plus.
branding-footer = Pied du reçu
branding-footer-hint = Dernière ligne des reçus et des e-mails. { $count } caractères au plus.
branding-in-ar = En arabe
branding-in-fr = En français
branding-in-en = En anglais
branding-save = Enregistrer le brouillon
branding-save-fine = Enregistrer ne publie rien : une autre personne regarde le brouillon et le publie.
branding-fault-colour = Une couleur s’écrit # suivi de six chiffres hexadécimaux, comme #0b5d4e.
branding-fault-one-colour = Donnez les deux couleurs, ou aucune.
branding-fault-contrast = Les textes n’y seraient pas lisibles (contraste inférieur à 4,5:1). La couleur la plus proche qui convient est { $colour }.
branding-fault-missing = Donnez ce texte dans les trois langues, ou dans aucune.
branding-fault-long = { $count } caractères au plus.
branding-fault-unreadable = Ce texte contient des caractères qui ne s’affichent pas. Retapez-le.
branding-fault-changed = Le brouillon a changé depuis que vous l’avez vu : rien n’a été fait. Regardez-le à nouveau.
branding-fault-no-draft = Il n’y a plus de brouillon : il a été publié ou abandonné.
branding-fault-draft-first = Un brouillon attend déjà. Publiez-le ou abandonnez-le d’abord.

# Versions
branding-versions = Versions publiées
branding-col-version = Version
branding-col-published = Publiée
branding-col-made-by = Préparée par
branding-col-published-by = Publiée par
branding-col-act = Action
branding-take-up = Reprendre
branding-take-up-named = Reprendre la version { $number } comme brouillon
