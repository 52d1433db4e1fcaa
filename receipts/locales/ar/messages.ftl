sms-bill = { $biller } ({ $contract })
sms-confirmed = تم أداء { $amount } لفائدة { $bill }. الوصل { $receipt }. المرجع { $reference }
    { $link }
sms-returning = { $bill }: رُفض الأداء. { $instrument ->
    [card] نعيد { $amount } إلى بطاقتك
   *[other] نعيد إليك { $amount }
} دون أي إجراء منك. الفاتورة لم تُؤدَّ بعد. المرجع { $reference }
    { $link }
sms-returned = { $instrument ->
    [card] أُعيد إلى بطاقتك { $amount }، { $bill }. يظهر خلال بضعة أيام حسب البنك.
    [cash] { $bill }: رُفض الأداء. تستعيد { $amount } لدى نقطة الأداء.
   *[other] أُعيد إليك { $amount }، { $bill }. يظهر خلال بضعة أيام حسب البنك.
} المرجع { $reference }
    { $link }
sms-cancelled = أُلغي أداء { $amount }، { $bill }. تستعيده لدى نقطة الأداء، والفاتورة مستحقة. المرجع { $reference }
    { $link }
sms-refunded = { $instrument ->
    [card] أُعيد إلى بطاقتك { $amount }، { $bill }. قد يتأخر ظهوره أياما.
    [cash] استرجاع { $amount }، { $bill }: تتسلمه لدى نقطة الأداء.
   *[other] أُعيد إليك { $amount }، { $bill }.
} المرجع { $reference }
    { $link }
sms-reference = { $biller }: أدِّ { $amount } نقدا بالرمز { $digits } قبل { $until }
sms-reference-reminder = تذكير: ينتهي الرمز { $digits } ({ $biller }، { $amount }) في { $until }
low-float-subject = رصيد منخفض في نقطة الأداء { $outlet }: { $available }
low-float-text = رصيد نقطة الأداء { $outlet } ({ $place }) التابعة لـ { $network } هو { $available }، دون العتبة المحددة في { $low }.
low-float-hint = يُرفض كل أداء يتجاوز هذا الرصيد. المرجو تغذيته لتواصل النقطة عملها.
sms-request = { $bill }: أدّ { $amount } بالبطاقة هنا قبل { $until }. لا تعط رقم بطاقتك لأحد.
    { $link }
mail-confirmed-subject = وصل الأداء: { $biller }، { $amount }
mail-confirmed-heading = تم تأكيد الأداء
mail-confirmed-text = سجّلت المؤسسة ({ $biller }) أداءك. تجد الوصل مرفقا بهذه الرسالة، يرجى الاحتفاظ به.
mail-confirmed-link = عرض الوصل
mail-returning-subject = رُفض الأداء لدى { $biller }: مالك في طريقه إليك
mail-returning-heading = مالك في طريقه إليك
mail-returning-text = لم تقبل المؤسسة ({ $biller }) الأداء. { $instrument ->
    [card] نعيد المبلغ كاملا إلى بطاقتك، بما فيه الرسوم.
   *[other] نعيد إليك المبلغ كاملا، بما فيه الرسوم.
} لا يلزمك أي إجراء، وسنراسلك فور إتمام ذلك.
mail-returning-note = لم تُؤدَّ الفاتورة بعد لدى { $biller }.
mail-returning-link = تتبع الاسترجاع
mail-returned-subject = تم إرجاع المبلغ: { $amount }
mail-returned-heading = أُعيد إليك مالك
mail-returned-text = لم تقبل المؤسسة ({ $biller }) الأداء. { $instrument ->
    [card] عاد المبلغ كاملا إلى بطاقتك، بما فيه الرسوم، ويظهر خلال بضعة أيام حسب البنك.
   *[other] عاد إليك المبلغ كاملا، بما فيه الرسوم.
}
mail-returned-note = إذا كانت الفاتورة لا تزال مستحقة، يمكنك أداؤها من جديد متى شئت.
mail-returned-link = عرض الأداء
mail-refunded-subject = تم استرجاع المبلغ: { $amount }
mail-refunded-heading = تم إرجاع مبلغ إليك
mail-refunded-text = يتعلق الأمر باسترجاع من أدائك لفائدة { $biller }. { $instrument ->
    [card] المبلغ في طريقه إلى بطاقتك، وقد يستغرق ظهوره بضعة أيام حسب البنك.
    [cash] المبلغ في انتظارك نقدا لدى نقطة الأداء التي أديت فيها.
   *[other] عاد المبلغ بالوسيلة التي أديت بها.
}
mail-refunded-link = عرض الأداء
mail-refunded-at = أُرجع يوم { $when } (بتوقيت المغرب)
mail-request-subject = رابط الأداء: { $biller }، { $amount }
mail-request-heading = فاتورتك جاهزة للأداء
mail-request-text = طلبت رابطا لأداء فاتورة { $biller } بالبطاقة. يصلح لأداء واحد وبهذا المبلغ فقط. ستدخل رقم بطاقتك في صفحة CMI الآمنة.
mail-request-note = إن لم تطلبه فلا يلزمك أي إجراء: لن يُقتطع شيء وينتهي الرابط من تلقاء نفسه.
mail-request-link = الأداء الآن
mail-total-returning = المبلغ قيد الإرجاع
mail-total-returned = المبلغ المُعاد
mail-total-request = المبلغ المطلوب
mail-confirmed-at = تم التأكيد يوم { $when } (بتوقيت المغرب)
mail-returning-at = رُفض يوم { $when } (بتوقيت المغرب)
mail-returned-at = أُعيد يوم { $when } (بتوقيت المغرب)
mail-request-at = صالح إلى غاية { $when } (بتوقيت المغرب)
mail-line = { $label }: { $value }
mail-link-hint = إذا لم يعمل الزر، انسخ هذا العنوان:
mail-footer = أُرسلت هذه الرسالة تلقائيا، المرجو عدم الرد عليها. لا نطلب منك أبدا كتابة رقم بطاقتك في رسالة أو النطق به.
sms-dispute-opened = توصلنا بالشكاية { $number } ({ $biller }). الجواب قبل نهاية يوم { $due }.
    { $link }
sms-dispute-reopened = أعيد فتح الشكاية { $number } ({ $biller }). الجواب قبل نهاية يوم { $due }.
    { $link }
sms-dispute-review = الشكاية { $number } ({ $biller }) قيد الدراسة.
    { $link }
sms-dispute-at-biller = الشكاية { $number }: سألنا { $biller }.
    { $link }
sms-dispute-at-payer = الشكاية { $number } ({ $biller }): لدينا سؤال لكم.
    { $link }
sms-dispute-proposed = الشكاية { $number } ({ $biller }): القرار قيد المصادقة.
    { $link }
sms-dispute-upheld = قُبلت الشكاية { $number } ({ $biller }). جوابنا:
    { $link }
sms-dispute-rejected = لم تُقبل الشكاية { $number } ({ $biller }). جوابنا:
    { $link }
sms-dispute-withdrawn = سُحبت الشكاية { $number } ({ $biller }).
    { $link }
mail-dispute-subject = شكايتكم { $number }: { $biller }
mail-dispute-opened = توصلنا بشكايتكم { $number } حول أدائكم لفائدة { $biller }. ستتلقون جوابنا في أجل أقصاه { $due }.
mail-dispute-reopened = أعيد فتح شكايتكم { $number } حول أدائكم لفائدة { $biller }. ستتلقون جوابنا في أجل أقصاه { $due }.
mail-dispute-review = ندرس شكايتكم { $number } حول أدائكم لفائدة { $biller }.
mail-dispute-at-biller = سألنا { $biller } عن شكايتكم { $number } وننتظر الجواب.
mail-dispute-at-payer = لدينا سؤال لمواصلة معالجة شكايتكم { $number }. المرجو الجواب في صفحة الأداء:
mail-dispute-proposed = القرار بشأن شكايتكم { $number } جاهز، وشخص ثان يصادق عليه.
mail-dispute-upheld = قُبلت شكايتكم { $number } حول أدائكم لفائدة { $biller }. جوابنا:
mail-dispute-rejected = لم تُقبل شكايتكم { $number } حول أدائكم لفائدة { $biller }. جوابنا:
mail-dispute-withdrawn = سُحبت شكايتكم { $number } حول أدائكم لفائدة { $biller }. لا يلزمكم القيام بأي شيء.
mail-dispute-link = تتبع شكايتي
