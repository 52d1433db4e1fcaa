# Navigation
staff-nav-portal = Mon facturier
staff-nav-portal-about = Vos derniers encaissements, vos versements et leurs fichiers, votre image.

portal-title = Mon facturier
portal-held = Encaissement suspendu
portal-held-lead = L’exploitant du service n’accepte pas de nouveau paiement pour vous en ce moment. Les paiements déjà commencés vont à leur terme.
portal-held-since = depuis le { $at }
portal-none = Aucun paiement pour vous jusqu’ici. Ils apparaissent ici dès qu’un payeur commence.
portal-all-payments = Tous les paiements
portal-windows = Dernières fenêtres de règlement
portal-files = Fichiers
portal-all-windows = Toutes les fenêtres
portal-more = Aussi pour vous
portal-report = Rapport : { $what }
portal-branding-about = Votre logo, vos couleurs et vos textes, tels que les payeurs les voient.
