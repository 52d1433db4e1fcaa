sms-bill = { $biller } ({ $contract })
sms-confirmed = Payé { $amount } à { $bill }. Quittance { $receipt }. Réf. { $reference }
    { $link }
sms-returning = { $bill } a refusé le paiement : { $instrument ->
    [card] { $amount } reviennent sur votre carte
   *[other] { $amount } vous sont rendus
}. Rien à faire. Facture impayée. Réf. { $reference }
    { $link }
sms-returned = { $instrument ->
    [card] Rendu sur votre carte : { $amount }, { $bill }. Visible sous quelques jours selon la banque.
    [cash] { $bill } a refusé : vos { $amount } vous sont rendus au point de vente.
   *[other] Rendu : { $amount }, { $bill }. Visible sous quelques jours selon la banque.
} Réf. { $reference }
    { $link }
sms-cancelled = Annulé : { $amount }, { $bill }. Rendu au point de vente ; la facture est de nouveau due. Réf. { $reference }
    { $link }
sms-refunded = { $instrument ->
    [card] Remboursé sur votre carte : { $amount }, { $bill }. Visible sous quelques jours selon la banque.
    [cash] Remboursement de { $amount }, { $bill } : à retirer au point de vente où vous avez payé.
   *[other] Remboursé : { $amount }, { $bill }.
} Réf. { $reference }
    { $link }
sms-reference = { $biller } : { $amount } à payer en espèces avec le code { $digits } jusqu'au { $until }.
sms-reference-reminder = Rappel : le code { $digits } ({ $biller }, { $amount }) expire le { $until }.
low-float-subject = Solde bas au point de vente { $outlet } : { $available }
low-float-text = Le solde du point de vente { $outlet } ({ $place }) du { $network } est de { $available }, sous le seuil de { $low }.
low-float-hint = Un paiement qui dépasse ce solde est refusé. Alimentez-le pour que le point de vente continue.
sms-request = { $bill } : payez { $amount } par carte ici, avant { $until }. Ne donnez jamais votre numéro de carte.
    { $link }
mail-confirmed-subject = Reçu de paiement : { $biller }, { $amount }
mail-confirmed-heading = Paiement confirmé
mail-confirmed-text = { $biller } a enregistré votre paiement. Votre reçu est joint à ce message ; conservez-le.
mail-confirmed-link = Voir le reçu
mail-returning-subject = Paiement refusé par { $biller } : votre argent vous est rendu
mail-returning-heading = Votre argent vous est rendu
mail-returning-text = { $biller } n’a pas accepté le paiement. { $instrument ->
    [card] La totalité revient sur votre carte, frais compris.
   *[other] La totalité vous est rendue, frais compris.
} Vous n’avez rien à faire ; nous vous écrirons dès que ce sera fait.
mail-returning-note = La facture reste impayée chez { $biller }.
mail-returning-link = Suivre le remboursement
mail-returned-subject = Remboursement effectué : { $amount }
mail-returned-heading = Votre argent a été rendu
mail-returned-text = { $biller } n’avait pas accepté le paiement. { $instrument ->
    [card] La totalité est revenue sur votre carte, frais compris ; selon la banque, elle apparaît en quelques jours.
   *[other] La totalité vous a été rendue, frais compris.
}
mail-returned-note = Si la facture est toujours due, vous pouvez la payer à nouveau quand vous voulez.
mail-returned-link = Voir le paiement
mail-refunded-subject = Remboursement effectué : { $amount }
mail-refunded-heading = Vous avez été remboursé
mail-refunded-text = Il s’agit du remboursement de votre paiement à { $biller }. { $instrument ->
    [card] Il est versé sur votre carte ; selon la banque, il apparaît sous quelques jours.
    [cash] Il vous attend en espèces au point de vente où vous avez payé.
   *[other] Il est reparti par le moyen que vous aviez utilisé.
}
mail-refunded-link = Voir le paiement
mail-refunded-at = Remboursé le { $when } (heure du Maroc)
mail-request-subject = Votre lien de paiement : { $biller }, { $amount }
mail-request-heading = Votre facture est prête à être payée
mail-request-text = Vous avez demandé un lien pour payer { $biller } par carte. Il vaut pour un seul paiement et pour ce montant seulement. Vous saisirez votre carte sur la page sécurisée de CMI.
mail-request-note = Si vous ne l’avez pas demandé, vous n’avez rien à faire : rien n’est prélevé et le lien s’éteint de lui-même.
mail-request-link = Payer maintenant
mail-total-returning = Montant en cours de remboursement
mail-total-returned = Montant remboursé
mail-total-request = À payer
mail-confirmed-at = Confirmé le { $when } (heure du Maroc)
mail-returning-at = Refusé le { $when } (heure du Maroc)
mail-returned-at = Rendu le { $when } (heure du Maroc)
mail-request-at = Valable jusqu’au { $when } (heure du Maroc)
mail-line = { $label } : { $value }
mail-link-hint = Si le bouton ne fonctionne pas, copiez cette adresse :
mail-footer = Message envoyé automatiquement ; merci de ne pas y répondre. Nous ne vous demandons jamais d’écrire ou de dire votre numéro de carte.
sms-dispute-opened = Réclamation { $number } ({ $biller }) reçue. Réponse au plus tard le { $due }.
    { $link }
sms-dispute-reopened = Réclamation { $number } ({ $biller }) rouverte. Réponse au plus tard le { $due }.
    { $link }
sms-dispute-review = Réclamation { $number } ({ $biller }) : nous l'examinons.
    { $link }
sms-dispute-at-biller = Réclamation { $number } : { $biller } est interrogé.
    { $link }
sms-dispute-at-payer = Réclamation { $number } ({ $biller }) : nous avons une question pour vous.
    { $link }
sms-dispute-proposed = Réclamation { $number } ({ $biller }) : une décision est en cours de validation.
    { $link }
sms-dispute-upheld = Réclamation { $number } ({ $biller }) acceptée. Notre réponse :
    { $link }
sms-dispute-rejected = Réclamation { $number } ({ $biller }) non retenue. Notre réponse :
    { $link }
sms-dispute-withdrawn = Réclamation { $number } ({ $biller }) retirée.
    { $link }
mail-dispute-subject = Votre réclamation { $number } : { $biller }
mail-dispute-opened = Nous avons reçu votre réclamation { $number } au sujet de votre paiement à { $biller }. Vous aurez notre réponse au plus tard le { $due }.
mail-dispute-reopened = Votre réclamation { $number } au sujet de votre paiement à { $biller } est rouverte. Vous aurez notre réponse au plus tard le { $due }.
mail-dispute-review = Nous examinons votre réclamation { $number } au sujet de votre paiement à { $biller }.
mail-dispute-at-biller = Nous avons interrogé { $biller } au sujet de votre réclamation { $number } et attendons sa réponse.
mail-dispute-at-payer = Pour avancer sur votre réclamation { $number }, nous avons une question. Répondez sur la page du paiement :
mail-dispute-proposed = Une décision sur votre réclamation { $number } est prête ; une seconde personne la valide.
mail-dispute-upheld = Votre réclamation { $number } au sujet de votre paiement à { $biller } est acceptée. Notre réponse :
mail-dispute-rejected = Votre réclamation { $number } au sujet de votre paiement à { $biller } n’est pas retenue. Notre réponse :
mail-dispute-withdrawn = Votre réclamation { $number } au sujet de votre paiement à { $biller } est retirée. Vous n’avez rien à faire.
mail-dispute-link = Suivre ma réclamation
