# Navigation
staff-nav-settlement = التسويات
staff-nav-settlement-about = ما يتوصل به الدائنون، وملفاتهم.
staff-nav-reconciliation = المطابقة
staff-nav-reconciliation-about = بيان يوم، للتوقيع.
staff-nav-breaks = الفروقات
staff-nav-breaks-about = ما لا يتطابق، وما يُفعل بشأنه.
audit-file-downloaded = تنزيل ملف
audit-statement-downloaded = تنزيل بيان المطابقة
audit-break-assigned = إسناد فرق
audit-break-noted = ملاحظة على فرق
audit-break-resolved = إغلاق فرق أو اقتراح إغلاقه
audit-break-approved = الموافقة على إغلاق فرق
audit-break-refused = رفض إغلاق فرق

# Shared
finance-all = الكل
finance-choose = اختاروا
finance-filter = تصفية
finance-filter-open = غير مغلقة
finance-filter-all = الكل
finance-show = عرض
finance-download = تنزيل
finance-total = المجموع
finance-past-range = خارج الحدود
finance-file = الملف
finance-bytes = { $size } بايت
finance-days = { $form ->
    [0] اليوم
    [one] يوم واحد
    [two] يومان
    [few] { $count } أيام
   *[other] { $count } يوما
}
finance-file-missing-title = الملف ليس في مكانه
finance-file-missing-text = لقد أُنجز لكنه ليس في مجلد التسويات. أخبروا فريق الاستغلال: يمكنه إنجازه من جديد مطابقا تماما. لم يُنزَّل شيء.
finance-file-changed-title = الملف ليس كما أُنجز
finance-file-changed-text = بصمته مختلفة عن الأصلية. لا يُسلَّم: أخبروا فريق الاستغلال. لم يُنزَّل شيء.
finance-action-window = العودة إلى الفترة
finance-action-orders = العودة إلى الأوامر

# Columns
finance-col-window = الفترة
finance-col-biller = الدائن
finance-col-cut-off = وقت الحصر
finance-col-state = الحالة
finance-col-gross = الإجمالي
finance-col-commission = العمولة
finance-col-net = الصافي
finance-col-paid = المحوَّل
finance-col-sequence = كشف رقم
finance-col-transfer = التحويل
finance-col-account = الحساب
finance-col-amount = المبلغ
finance-col-what = البند
finance-col-day = اليوم
finance-col-number = الرقم
finance-col-reference = المرجع
finance-col-source = المصدر
finance-col-file = الملف
finance-col-records = الأسطر
finance-col-matched = المطابَقة
finance-col-open = المعلقة
finance-col-breaks = الفروقات المفتوحة
finance-col-balances = الافتتاح والختام
finance-col-gateway = البوابة
finance-col-owes = في ذمتها
finance-col-announced = المعلن
finance-col-not-announced = غير المعلن
finance-col-value-day = تاريخ القيمة
finance-col-break = الفرق
finance-col-age-0 = اليوم
finance-col-age-7 = من 1 إلى 7 أيام
finance-col-age-30 = من 8 إلى 30 يوما
finance-col-age-more = أقدم
finance-col-kind = النوع
finance-col-owner = المكلف بالتتبع
finance-col-expected = المنتظر
finance-col-found = الموجود
finance-col-age = العمر
finance-col-about = يخص
finance-col-debit = مدين
finance-col-credit = دائن

# Windows
finance-windows-title = التسويات
finance-windows-lead = فترة لكل دائن ولكل وقت حصر، الأحدث أولا. لا يتغير شيء في فترة تمت تسويتها.
finance-windows-none = لا فترات بعد: تُفتح الأولى مع أول دائن.
finance-windows-none-so = لا فترة توافق هذه التصفية.
finance-window-title = فترة التسوية
finance-window-named = الفترة { $number }
finance-window-open = مفتوحة
finance-window-closed = محصورة
finance-window-settled = مسوّاة
finance-window-unsettled = لم تُسوَّ بعد
finance-window-not-yet = تُنجز المبالغ والملفات بعد وقت الحصر.
finance-window-since = منذ
finance-window-settled-at = سُوّيت في
finance-figures = المبالغ
finance-figure-gross = { $form ->
    [0] الإجمالي، دون أداءات
    [one] إجمالي أداء واحد
    [two] إجمالي أداءين
    [few] إجمالي { $count } أداءات
   *[other] إجمالي { $count } أداء
}
finance-figure-refunds = { $form ->
    [0] المسترجع، دون إلغاءات
    [one] المسترجع بإلغاء واحد
    [two] المسترجع بإلغاءين
    [few] المسترجع بـ { $count } إلغاءات
   *[other] المسترجع بـ { $count } إلغاء
}
finance-figure-commission = العمولة
finance-figure-vat = الضريبة على القيمة المضافة للعمولة
finance-figure-invoiced = العمولة، مفوترة على حدة
finance-figure-invoiced-vat = ضريبة العمولة، مفوترة على حدة
finance-figure-carried-in = المرحَّل من الفترات السابقة
finance-figure-net = الصافي
finance-figure-paid = المحوَّل
finance-figure-carried-on = المرحَّل إلى التالية
finance-transfers = التحويلات
finance-transfers-none = لا يُحوَّل شيء عن هذه الفترة.
finance-transfer-waiting = في انتظار الأمر
finance-transfer-ordered = صدر الأمر به
finance-transfer-paid = مؤدى
finance-transfer-rejected = مرفوض
finance-transfer-returned = مرتجع
finance-files = الملفات
finance-files-none = لم تُنجز الملفات بعد.
finance-file-kind-csv = قيم مفصولة (CSV)
finance-file-kind-fixed = عرض ثابت
finance-file-kind-camt054 = إشعار camt.054
finance-means-mail = بالبريد إلى
finance-means-sftp = عبر SFTP إلى
finance-delivery-done = وصل في { $at }
finance-delivery-new = لم يُرسل بعد
finance-delivery-failed = فشل؛ تُعاد المحاولة في { $at }

# Orders
finance-orders-title = أوامر التحويل
finance-orders-lead = رسائل pain.001 الموجهة إلى البنك، الأحدث أولا.
finance-orders-none = لم يُطلب من البنك أي تحويل بعد.
finance-orders-transfers = { $form ->
    [0] دون تحويلات
    [one] تحويل واحد
    [two] تحويلان
    [few] { $count } تحويلات
   *[other] { $count } تحويلا
}
finance-orders-made = أُنجز في
finance-orders-execution = يؤدى في
finance-order-unwritten = لم تُكتب الرسالة بعد.
finance-order-by-hand = يحملها شخص إلى البنك
finance-order-made = دون جواب
finance-order-accepted = مقبول
finance-order-partly-accepted = مقبول جزئيا
finance-order-rejected = مرفوض

# Statement
finance-statement-title = بيان المطابقة
finance-statement-day = اليوم
finance-statement-hint = مثلا { $today }.
finance-statement-pdf = تنزيل ملف PDF للتوقيع
finance-statement-csv = تنزيل ملف CSV
finance-statement-final = { $day }، كما كان معروفاً في نهاية { $known }
finance-statement-not-final = { $day }: غير نهائي، قد يغيّره ما يرد لاحقاً
finance-statement-printed = طُبع في
finance-statement-digest = بصمة الأرقام (SHA-256)
finance-statement-prepared = أعدّه
finance-statement-approved = صادق عليه
finance-statement-name = الاسم
finance-statement-date = التاريخ
finance-statement-signature = التوقيع
finance-statement-foot = المبالغ بالدرهم. بيانان ببصمة واحدة يذكران الأرقام نفسها.
finance-fault-day = اكتبوا اليوم هكذا: 2026-11-24.
finance-fault-day-early = لم يُمسك شيء قبل 2020. اختاروا يوما أحدث.
finance-fault-day-late = هذا اليوم لم يأت بعد. اختاروا اليوم أو يوما مضى.
finance-verdict-none = لم يُستلم أي كشف بنكي بعد: رصيد البنك غير مثبت.
finance-verdict-even = رصيد البنك بتاريخ { $day } مثبت: الفرق 0,00.
finance-verdict-off = فرق غير مفسَّر قدره { $amount } مع البنك بتاريخ { $day }.
finance-verdict-range = المبالغ تتجاوز ما يمكن عدّه: رصيد البنك غير مثبت.
finance-bank-title = إثبات رصيد البنك
finance-bank-none = لا كشوف.
finance-bank-to = الكشوف إلى غاية { $day }
finance-bank-before = قبل أول كشف
finance-bank-gaps = بين كشوف لا تتوالى
finance-bank-booked = المقيَّد هنا
finance-bank-not-booked = لدى البنك ولم يُقيَّد هنا بعد
finance-bank-not-shown = مقيَّد هنا ولم يظهر لدى البنك بعد
finance-bank-closing = رصيد الختام لدى البنك
finance-bank-difference = الفرق
finance-not-booked = لدى البنك ولم يُقيَّد هنا بعد
finance-not-shown = مقيَّد هنا ولم يظهر لدى البنك بعد
finance-items = { $form ->
    [0] دون عناصر
    [one] عنصر واحد
    [two] عنصران
    [few] { $count } عناصر
   *[other] { $count } عنصرا
}
finance-items-more = { $form ->
    [one] عنصر آخر محسوب في المجموع غير مذكور.
    [two] عنصران آخران محسوبان في المجموع غير مذكورين.
    [few] { $count } عناصر أخرى محسوبة في المجموع غير مذكورة.
   *[other] { $count } عنصرا آخر محسوبا في المجموع غير مذكور.
}
finance-sources-title = مصادر اليوم
finance-sources-none = لا ملف مستلم يخص هذا اليوم.
finance-breaks-open-of = { $open } من { $all }
finance-gateways-title = البوابات
finance-gateways-none = لم تستخلص أي بوابة بعد.
finance-payouts-title = دفعات معلنة ومنتظرة
finance-verdict-books = الحسابات غير متوازنة: شغّلوا ⁦fatoura check-books⁩ قبل التوقيع.
finance-books-title = إثبات الدفاتر
finance-books-note = ما لدى البنك يقابل ما هو مستحق أو مكتسب، ناقص ما هو منتظر تحصيله أو صُرف.
finance-books-sum = المجموع
finance-books-gateway-receivable = مستحقات على بوابات الأداء
finance-books-agent-float = أرصدة نقط البيع المدفوعة مسبقاً
finance-books-bills-in-transit = محصَّل ولم يؤكده الدائن بعد
finance-books-biller-payable = مستحق للدائنين
finance-books-customer-fees = رسوم أداها الزبناء
finance-books-biller-commission = عمولات الدائنين
finance-books-vat-payable = الضريبة على القيمة المضافة المستحقة
finance-books-stamp-duty-payable = رسوم التمبر المستحقة
finance-books-agent-commission-payable = عمولات مستحقة للشبكات
finance-books-refunds-payable = مبالغ واجبة الرد للمؤدين
finance-books-suspense = حسابات الانتظار
finance-books-cash-over-and-short = فروق الصندوق
finance-books-bank = البنك
finance-books-agent-commission = عمولات الشبكات
finance-books-vat-deductible = الضريبة القابلة للخصم
finance-books-transfers-in-transit = تحويلات جارية
finance-books-biller-receivable = مستحقات على الدائنين
finance-books-gateway-fees = عمولات بوابات الأداء
finance-books-bank-charges = مصاريف بنكية
finance-books-reconciliation-differences = فروقات المطابقة
finance-open-breaks-title = الفروقات المفتوحة حسب النوع والعمر
finance-open-breaks-none = لا فرق مفتوح.
finance-import-statement = كشف
finance-import-notification = إشعار
finance-import-answer = جواب البنك
finance-import-card-report = تقرير البوابة
finance-import-network-report = تقرير الشبكة
finance-import-biller-report = تقرير الدائن

# Breaks
finance-breaks-title = الفروقات
finance-breaks-lead = الأقدم أولا. لا يحرك فرق مالا من تلقاء نفسه.
finance-breaks-none = لا فرق مفتوح.
finance-breaks-none-so = لا فرق يوافق هذه التصفية.
finance-owner-me = أنا
finance-break-title = فرق
finance-break-named = الفرق { $number }
finance-break-words = المعاينة
finance-break-due = استحق في
finance-break-opened = فُتح في
finance-break-closed = أُغلق في
finance-break-posting = القيد
finance-break-open = مفتوح
finance-break-proposed = ينتظر شخصا ثانيا
finance-break-resolved = مغلق
finance-break-superseded = معوَّض
finance-break-settled = سُوّي من تلقاء نفسه
finance-break-staged = قيد القراءة
finance-kind-amount-differs = مبلغ مختلف
finance-kind-duplicate = مكرر
finance-kind-missing-here = غائب هنا
finance-kind-missing-there = غائب لديهم
finance-kind-status-differs = حالة مختلفة
finance-kind-returned = مرتجع
finance-kind-late = متأخر
finance-kind-ambiguous = ملتبس
finance-kind-unknown = مجهول
finance-kind-gap = ثغرة
finance-source-bank = البنك
finance-source-gateway = البوابة
finance-source-network = الشبكة
finance-source-biller = الدائن
finance-subject-entry = قيد بنكي
finance-subject-transfer = تحويل
finance-subject-payment = أداء
finance-subject-payout = دفعة
finance-subject-float-request = طلب رصيد
finance-subject-line = سطر
finance-subject-statement = كشف
finance-subject-order = أمر
finance-subject-refund = رد مبلغ
finance-advice-amount-differs = هو لدى الطرفين بمبلغين مختلفين. اسألوهم وصححوا لدى من أخطأ، واشطبوا الفرق الضئيل.
finance-advice-duplicate = لديهم أكثر من مرة. اطلبوا استرجاع الثاني.
finance-advice-missing-here = هو لديهم وليس لدينا. اعرفوا لمن هو قبل تحريك أي مال.
finance-advice-missing-there = هو لدينا وليس لديهم. انتظروا التقرير الموالي ثم اسألوهم.
finance-advice-status-differs = هو لدى الطرفين بحالتين مختلفتين. انظروا الأداء أو التحويل ثم اسألوهم.
finance-advice-returned = رُفض تحويل أو عاد. صححوا الحساب ثم اطلبوا إعادة التحويل.
finance-advice-late = صدر الأمر به ولا يظهر في أي كشف. اسألوا البنك؛ يُغلق الفرق وحده عند وصوله.
finance-advice-ambiguous = قد تكون أشياء عدة مقصودة. اطلبوا من البنك مرجعا ثم قرروا.
finance-advice-unknown = لا شيء معروف مقصود. اسألوا البنك، وإلا فضعوا المبلغ في حساب الانتظار.
finance-advice-gap = ينقص كشف قبل هذا أو يتداخل كشفان. استوردوا ما ينقص.
finance-history = السجل
finance-action-opened = فُتح
finance-action-assigned = أُسند
finance-action-noted = ملاحظة
finance-action-proposed = اقتُرح الإغلاق
finance-action-approved = وُوفق عليه
finance-action-refused = رُفض
finance-action-resolved = أُغلق
finance-action-superseded = عُوّض
finance-action-settled = سُوّي من تلقاء نفسه
finance-action-seen-again = ظهر من جديد
finance-way-evidence = بحجة، دون قيد
finance-way-written-off = شطب الفرق
finance-way-suspense = في حساب الانتظار
finance-way-charges = مصاريف بنكية
finance-way-commission = عمولة أداها دائن
finance-way-payout = دفعة من بوابة

# Closing
finance-close-title = إغلاق الفرق
finance-close-lead = لا يُفعل شيء قبل أن تروا ما سيُقيَّد.
finance-how = كيف
finance-why = لماذا
finance-why-hint = بالنسبة للحجة: أين توجد.
finance-payout = مرجع الدفعة
finance-payout-when = للدفعة فقط
finance-biller-when = للعمولة فقط
finance-button-look = رؤية الأثر
finance-button-close = التقييد والإغلاق
finance-button-propose = الاقتراح على شخص ثان
finance-button-approve = الموافقة
finance-button-refuse = الرفض
finance-button-back = العودة دون فعل شيء
finance-button-assign = إسناد
finance-button-note = إضافة الملاحظة
finance-assign-title = إسناد الفرق
finance-nothing-booked = لا يُقيَّد شيء.
finance-note-title = إضافة ملاحظة
finance-note = الملاحظة
finance-note-fine = لا يُقيَّد شيء. الملاحظة لا تُمحى.
finance-proposal = الإغلاق المقترح
finance-proposed-by = اقترحه
finance-proposal-own = هذا اقتراحكم: على شخص آخر أن يقرر.
finance-word = كلمتكم
finance-word-hint = لازمة للرفض. الرفض يعيد فتح الفرق؛ ولا يُقيَّد شيء.
finance-confirm-title = تأكيد
finance-confirm-changed = تغير الأثر منذ أن رأيتموه. انظروا إليه من جديد.
finance-effect-title = ما سيُقيَّد
finance-effect-none = لن يُقيَّد شيء: لا يتحرك أي مال.
finance-effect-second = على شخص ثان أن يوافق؛ ولا يُقيَّد شيء قبل ذلك.
finance-account-bank = البنك
finance-account-charges = مصاريف بنكية
finance-account-suspense = حساب الانتظار
finance-account-differences = فروقات المطابقة
finance-account-gateway = المستحق على البوابة
finance-account-fees = عمولات البوابة
finance-account-biller = المستحق على الدائن
finance-fault-note = اكتبوا بضع كلمات.
finance-fault-note-long = طويل جدا: 300 حرف على الأكثر.
finance-fault-member = اختاروا شخصا من القائمة.
finance-fault-closed = هذا الفرق مغلق من قبل. انظروا سجله.
finance-fault-proposed = إغلاقه مقترح من قبل. انظروه أسفله.
finance-fault-not-proposed = لا إغلاق ينتظر قرارا. انظروا السجل.
finance-fault-same-person = أنتم من اقترحه: على شخص آخر أن يقرر.
finance-fault-changed = تغير الفرق في هذه الأثناء. انظروه كما هو.
finance-fault-not-bookable = لا يُغلق هذا الفرق إلا بحجة.
finance-fault-same-amounts = المبلغان لا يختلفان: لا شيء للتقييد.
finance-fault-nothing-left = لم يبق شيء من هذا القيد للمطابقة. أعيدوا المطابقة.
finance-fault-has-charges = سُجّلت مصاريف هذا القيد من قبل: يمكن شطب الباقي.
finance-fault-not-a-debit = المصاريف مدينة، وهذا قيد دائن.
finance-fault-not-a-credit = ما يؤديه الدائن قيد دائن، وهذا مدين.
finance-fault-biller = اختاروا الدائن الذي أدى عمولته.
finance-fault-payout = اكتبوا مرجع الدفعة.
finance-fault-payout-unknown = لا دفعة منتظرة بهذا المرجع. انظروا بيان المطابقة.
finance-fault-more = وصل أكثر مما أُعلن. اسألوا البوابة.
