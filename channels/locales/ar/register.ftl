# Navigation
staff-nav-payments = الأداءات
staff-nav-payments-about = اعثر على أداء وتتبع كل مجرياته.
audit-payment-noted = إضافة ملاحظة إلى أداء

# The register
register-title = الأداءات
register-lead = ابحث بما تعرفه عن الأداء؛ يجب أن يوافق كل ما تملؤه. الأحدث أولا.
register-search = بحث
register-clear = مسح الكل
register-more = معايير أخرى
register-any = الكل
register-reference = المرجع أو الرقم
register-reference-hint = مثلا ⁦0000-001B-9XK2-7QZD⁩ أو F100005 أو 000000100005.
register-contract-hint = اختر المؤسسة أيضا.
register-from = من
register-until = إلى
register-outlet = رقم نقطة الأداء
register-least = المبلغ الإجمالي، من
register-most = المبلغ الإجمالي، إلى
register-amount-hint = نفس المبلغ مرتين للبحث عن مبلغ محدد.
register-newest = الأحدث
register-none = لا أداء إلى الآن.
register-none-so = لا يوجد أداء مطابق. احذف معيارا أو تحقق مما كتبت.
register-none-further = لا شيء بعد هذا.
register-none-yet = لم يُعثر على شيء إلى الآن.
register-looked-to = شمل البحث إلى غاية { $at }؛ توجد أداءات أقدم. تابع أو أضف معيارا.
register-go-on = متابعة البحث
register-col-number = الرقم
register-col-at = بدأ في
register-col-way = القناة
register-col-event = القيد
register-col-account = الحساب
register-col-task = المهمة
register-col-asked = طُلبت في
register-col-tries = المحاولات
register-col-result = النتيجة
register-col-same = الصلة
register-same-bill = نفس الفاتورة
register-same-customer = نفس الزبون
register-fault-long = النص طويل: 64 حرفا على الأكثر.
register-fault-reference = هذا ليس مرجعا ولا رقم أداء. اكتبه مثلا 0000-001B-9XK2-7QZD أو F100005.
register-fault-contract-biller = اختر المؤسسة صاحبة العقد.
register-fault-biller-gone = لم تعد هذه المؤسسة في الفهرس: لا يمكن البحث بعقودها. ابحث بطريقة أخرى.
register-fault-outlet = اكتب رقم نقطة الأداء بالأرقام.
register-fault-amount = اكتب مبلغا، مثلا 168,42.
register-fault-amounts-turned = المبلغ الثاني أصغر من الأول.
register-fault-day = اكتب اليوم هكذا: 2026-11-24.
register-fault-days-turned = اليوم الثاني قبل الأول.
register-payment-title = الأداء
register-actions = الإجراءات
register-timeline = المجريات
register-facts = الأداء
register-amounts = المبالغ
register-notes = الملاحظات
register-notes-none = لا ملاحظات.
register-note = ملاحظة جديدة
register-note-hint = لا يمكن حذف الملاحظة. لا تكتب فيها رقم بطاقة ولا سرا.
register-note-button = إضافة الملاحظة
register-fault-note = اكتب بضع كلمات.
register-fault-note-long = النص طويل: 500 حرف على الأكثر.
register-postings = القيود المحاسبية
register-postings-none = لا قيد محاسبي: لم يتحرك أي مبلغ.
register-tasks = المهام والرسائل
register-tasks-none = لا مهام.
register-task-done = أُنجزت في { $at }
register-task-new = لم تُجرَّب بعد
register-task-again = محاولة جديدة في { $at }
register-related = أداءات أخرى للزبون
register-step-started = بدء الأداء
register-step-link = إنشاء رابط الأداء
register-step-cancellation = طلب الإلغاء
register-step-called = استدعاء شخص للتدخل
register-step-call-over = انتهى الاستدعاء
register-step-posting = القيد { $number }
register-by-payer = المؤدي
register-by-gateway = بوابة الأداء
register-by-biller = المؤسسة
register-by-outlet = نقطة الأداء
register-by-hub = fatoura
register-fact-number = الرقم
register-fact-authorisation = رقم الترخيص
register-fact-gateway = معاملة بوابة الأداء
register-fact-outlet = الشبكة ونقطة الأداء والصندوق
register-fact-cash-reference = مرجع الأداء نقدا
register-step-again = { $form ->
    [one] محاولة واحدة، وستُعاد
    [two] محاولتان، وستُعاد
    [few] { $count } محاولات، وستُعاد
   *[other] { $count } محاولة، وستُعاد
}
register-step-tries = { $form ->
    [one] محاولة واحدة
    [two] محاولتان
    [few] { $count } محاولات
   *[other] { $count } محاولة
}

# Kept filters
register-saved = مرشحاتي
register-saved-delete = حذف
register-saved-delete-named = حذف المرشح { $name }
register-save = الاحتفاظ بهذا المرشح
register-save-name = اسم المرشح
register-save-hint = لك وحدك، عشرون على الأكثر. لا يحتفظ المرشح برقم هاتف ولا بعقد.
register-save-button = احتفاظ
register-fault-filter-name = أعط المرشح اسما لا يتجاوز 40 حرفا.
register-fault-filter-taken = أحد مرشحاتك يحمل هذا الاسم. اختر اسما آخر.
register-fault-filter-many = لديك عشرون مرشحا. احذف واحدا أولا.

# Refunds
register-col-proposed = تاريخ الاقتراح
register-col-decided-by = قرّره
register-refund-proposed = اقتُرح استرجاع: { $amount }
register-refund-approved = ووفق على الاسترجاع: { $amount }
register-refund-alone = قُرّر الاسترجاع من شخص واحد دون الحد: { $amount }
register-refund-refused = رُفض الاسترجاع: { $amount }
register-refund-withdrawn = سُحب اقتراح الاسترجاع: { $amount }
register-refund-asked = طُلب الاسترجاع من بوابة الأداء: { $amount }
register-refund-failed = رفضت بوابة الأداء الاسترجاع: { $amount }

# States
register-state-awaiting = في انتظار المؤدي
register-state-held = محجوز
register-state-taken = مستخلص، قيد التأكيد
register-state-confirmed = مؤكد
register-state-declined = مرفوض
register-state-expired = لم يُؤدَّ في الوقت
register-state-returning = المبلغ في طريق العودة
register-state-returned = أُعيد المبلغ
register-state-cancelling = قيد الإلغاء
register-state-cancelled = ملغى

# Postings
register-posting-taken = استخلاص المبلغ
register-posting-confirmed = تأكيد المؤسسة
register-posting-return-decided = تقرر إرجاع المبلغ
register-posting-returned = إرجاع المبلغ
register-posting-agent-commission = عمولة الشبكة
register-posting-taken-reversed = عكس الاستخلاص
register-posting-confirmed-reversed = عكس التأكيد
register-posting-commission-reversed = عكس العمولة
register-posting-refund-decided = تقرير الاسترجاع
register-posting-refund-paid = رد مبلغ الاسترجاع إلى المؤدي
register-posting-refund-reversed = عكس الاسترجاع

# Tasks
register-task-confirm = التأكيد لدى المؤسسة
register-task-capture = استخلاص المبلغ المحجوز
register-task-verify-capture = التحقق من الاستخلاص
register-task-poll = سؤال بوابة الأداء
register-task-return = إرجاع المبلغ
register-task-sms = الوصل عبر رسالة قصيرة
register-task-mail = الوصل عبر البريد الإلكتروني
register-task-sms-returning = رسالة قصيرة: المبلغ في طريق العودة
register-task-mail-returning = بريد: المبلغ في طريق العودة
register-task-sms-returned = رسالة قصيرة: أُعيد المبلغ
register-task-mail-returned = بريد: أُعيد المبلغ
register-task-cancel = الإلغاء لدى المؤسسة
register-task-sms-cancelled = رسالة قصيرة: أُلغي الأداء
register-task-mail-low-float = بريد: رصيد منخفض
register-task-sms-reference = المرجع عبر رسالة قصيرة
register-task-sms-reference-reminder = تذكير بالمرجع عبر رسالة قصيرة
register-task-sms-link = الرابط عبر رسالة قصيرة
register-task-mail-link = الرابط عبر البريد الإلكتروني
register-task-refund = الاسترجاع
register-task-sms-refunded = رسالة قصيرة: تم الاسترجاع
register-task-mail-refunded = بريد إلكتروني: تم الاسترجاع
register-task-sms-dispute = رسالة قصيرة: شكاية
register-task-mail-dispute = بريد إلكتروني: شكاية

# Accounts
register-account-gateway-receivable = مستحق على بوابة الأداء
register-account-agent-float = رصيد نقطة الأداء
register-account-bills-in-transit = فواتير قيد التسوية
register-account-biller-payable = مستحق للمؤسسة
register-account-customer-fees = مصاريف الزبناء
register-account-biller-commission = عمولة المؤسسات
register-account-vat-payable = الضريبة على القيمة المضافة المستحقة
register-account-stamp-duty-payable = رسم التمبر المستحق
register-account-agent-commission-payable = عمولة مستحقة للشبكة
register-account-refunds-payable = مبالغ مستحقة للمؤدين
register-account-suspense = حساب انتظار
register-account-cash-over-and-short = فروق الصندوق
register-account-bank = البنك
register-account-agent-commission = عمولة الشبكات
register-account-vat-deductible = الضريبة القابلة للخصم
register-account-transfers-in-transit = تحويلات جارية
register-account-biller-receivable = مستحق على المؤسسة
register-account-gateway-fees = عمولات بوابة الأداء
register-account-bank-charges = مصاريف بنكية
register-account-reconciliation-differences = فروق المطابقة

# What is done at once
register-ask-biller = اسأل المؤسسة الآن
register-resend-sms = أعد إرسال الوصل عبر رسالة قصيرة
register-resend-mail = أعد إرسال الوصل عبر البريد الإلكتروني
register-fault-no-receipt = ليس لهذا الأداء وصل يُرسل بهذه الوسيلة. لم يُرسل شيء.
register-fault-sent-just-now = أُرسل الوصل للتو أو هو في انتظار الإرسال. انتظر دقيقة؛ لم يُرسل شيء آخر.
register-fault-not-waiting = لا شيء ينتظر جواب المؤسسة، أو هي تُسأل الآن. انظر المهام.
audit-receipt-resent = إعادة إرسال الوصل
audit-biller-asked = إعادة سؤال المؤسسة

# التبادلات
register-exchanges = التبادلات
register-exchanges-lead = ما قيل للدائن ولبوابة الأداء وما سُمع منهما. حُذفت الأسرار والبطاقات وأُخفيت المعطيات الشخصية؛ تُحفظ 30 يوما.
register-exchange-who = مع
register-exchange-what = العملية
register-exchange-took = المدة
register-exchange-sent = المُرسل
register-exchange-heard = المُستلم
register-exchange-look = عرض الرسائل
register-exchange-confirm = تأكيد
register-exchange-status = سؤال عن الحالة
register-exchange-cancel = إلغاء
register-exchange-callback = إشعار من البوابة
register-exchange-capture = تحصيل
register-exchange-void = إبطال الحجز
register-exchange-credit = استرداد
register-exchange-charge = خصم
register-exchange-end-answered = أجاب
register-exchange-end-refused = رفض
register-exchange-end-failed = دون جواب مفيد

# نتائج ومبالغ محجوزة كما قُرّرت
register-outcome-proposed = اقتُرح: { $says }
register-outcome-approved = وافق عليه شخص ثان: { $says }
register-outcome-refused = رفضه شخص ثان: { $says }
register-outcome-withdrawn = سُحب الاقتراح: { $says }
register-outcome-overtaken = تجاوزته الأحداث: { $says }
register-hold-capture = طُلب قبض المبلغ: { $amount }
register-hold-refused = رفضت بوابة الأداء القبض: { $amount }
register-hold-let-go = أُطلق المبلغ المحجوز: { $amount }
