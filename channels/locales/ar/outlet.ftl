# Navigation
staff-nav-outlet = الشباك
staff-nav-outlet-about = التحصيل والطباعة وإقفال الصندوق.
staff-nav-floats = أرصدة نقط البيع
staff-nav-floats-about = الكشوف والتغذية والسحب.
staff-nav-late-cash = مبالغ نقدية متأخرة
staff-nav-late-cash-about = وصلت بعد فوات الأوان وتُردّ للزبون.

# Bar
outlet-title = الشباك
outlet-bar = حالة الصندوق
outlet-bar-till = الصندوق { $till }
outlet-bar-float = الرصيد المتاح
outlet-bar-low = منخفض
outlet-bar-drawer = النقد المنتظر
outlet-bar-payments = الأداءات
outlet-bar-pending = قيد الانتظار
outlet-bar-shift = المناوبة
outlet-bar-closed = غير مفتوحة
outlet-tabs = صفحات الشباك
outlet-tab-counter = التحصيل
outlet-tab-payments = أداءات اليوم
outlet-tab-give-back = للإرجاع
outlet-tab-movements = دخول وخروج النقد
outlet-tab-closure = الإقفال
outlet-tab-shifts = المناوبات
outlet-keys = اختصارات لوحة المفاتيح
outlet-keys-tabs = المفتاح Alt (أو Alt + Shift) مع 1 إلى 6: صفحات الشباك؛ ومع 0: خانة البحث.
outlet-keys-enter = مفتاح الإدخال يؤكد وينتقل إلى الخطوة التالية.
outlet-keys-print = Alt + P للطباعة وAlt + N للزبون الموالي.
outlet-keys-scan = قارئ الرموز يكتب في خانة البحث: امسح الرمز بمجرد فتح الصفحة.
outlet-action-counter = العودة إلى الشباك
outlet-page-next = الصفحة التالية
outlet-page-first = الصفحة الأولى

# Shift
outlet-open-title = فتح المناوبة
outlet-open-lead = عُدّ ما في الصندوق قبل أن تبدأ.
outlet-till = الصندوق
outlet-opening = رصيد الافتتاح
outlet-opening-hint = مثلا 500,00. اتركه فارغا إن لم يكن فيه شيء.
outlet-open-button = فتح
outlet-fault-till-open = مناوبة هذا الصندوق مفتوحة. اختر صندوقا آخر أو اطلب إقفالها.
outlet-none-title = نقطة البيع غير معروفة
outlet-none-text = لا توجد في أي شبكة. اطلب من المسؤول التحقق من حسابك. لم يُنفَّذ أي شيء.
outlet-inactive-title = نقطة البيع موقوفة
outlet-inactive-text = لا تقبل أي أداء حاليا. لا تأخذ نقدا.
outlet-till-none-title = صندوق غير معروف
outlet-till-none-text = ليس لنقطة البيع هذا الصندوق. لا تأخذ نقدا.

# Finding
outlet-find-title = ماذا يؤدي الزبون؟
outlet-find-label = رمز من 13 رقما أو رمز الجهة الدائنة
outlet-find-hint = اكتب أو امسح الرمز. أمثلة: 7 0000 0000 1000 أو 100101 (الجهة ونوع الدين) أو مرجع أداء.
outlet-find-button = بحث
outlet-billers = الجهات الدائنة
outlet-fault-find = اكتب 13 رقما أو رمز جهة دائنة أو مرجع أداء.
outlet-fault-reference = هذا الرمز غير موجود. تحقق من 13 رقما مع الزبون ولا تأخذ نقدا.
outlet-fault-payment = لا أداء في نقطة البيع هذه بهذا المرجع.
outlet-fault-type = لهذه الجهة عدة أنواع: أضف رمز النوع أو اختره من القائمة.
outlet-fault-biller = لا جهة دائنة تُؤدّى هنا بهذا الرمز.
outlet-too-many-title = عمليات بحث كثيرة
outlet-too-many-text = أجريت عمليات بحث كثيرة في وقت قصير؛ هذا الحد يحمي عقود الزبائن. انتظر المدة المبينة أدناه ثم أعد المحاولة. لم يُنفَّذ أي شيء.
outlet-identify-button = عرض الفواتير
outlet-unavailable-title = الجهة الدائنة غير متاحة
outlet-unavailable-text = لا يمكن الاتصال بها. لا تأخذ نقدا وحاول بعد دقائق.
outlet-bills-title = الفواتير الواجبة
outlet-bills-button = احتساب المجموع
outlet-bills-busy = كل شيء مؤدى أو قيد الأداء. لا تأخذ نقدا.

# Paying
outlet-tender-title = تحصيل المبلغ
outlet-tendered = المبلغ المسلَّم
outlet-tendered-hint = اتركه فارغا إذا سلّم الزبون المبلغ بالضبط.
outlet-phone = هاتف الزبون
outlet-phone-hint = لتلقي رسالة الوصل أو النتيجة إن تأخرت.
outlet-tender-button = متابعة
outlet-fault-too-little = هذا أقل من المجموع { $total }. اطلب الباقي قبل المتابعة.
outlet-change-title = الباقي للزبون
outlet-change = الباقي للزبون
outlet-change-button = تسلّمت النقد، أدِّ
outlet-change-fine = خذ النقد ثم أكد: تُخطر الجهة الدائنة فورا.
outlet-change-back = تصحيح المبلغ المسلَّم
outlet-busy-paying = الجهة الدائنة تسجل…
outlet-not-offered-title = لا يُؤدّى نقدا هنا
outlet-not-offered-text = لا تقبل هذه الجهة هذا المبلغ نقدا. لا تأخذ نقدا.
outlet-expired-title = هذا الثمن لم يعد صالحا
outlet-expired-text = ابحث عن الفاتورة من جديد. لا تأخذ نقدا أو أرجعه.
outlet-being-paid-title = هناك أداء جار
outlet-being-paid-text = هذه الفاتورة قيد الأداء هنا أو في مكان آخر. لم يُؤخذ شيء: أرجع النقد للزبون.
outlet-already-paid-title = هذه الفاتورة مؤداة
outlet-already-paid-text = لم يُؤخذ شيء: أرجع النقد للزبون.
outlet-key-conflict-title = استُعمل هذا النموذج من قبل
outlet-key-conflict-text = استُعمل لغرض آخر. لم يُنفَّذ شيء إضافي: راجع أداءات اليوم قبل الإعادة.
outlet-float-low-title = الرصيد غير كاف
outlet-float-low-text = رصيد نقطة البيع لا يغطي هذا الأداء. لم يُؤخذ شيء: أرجع النقد واطلب التغذية.
outlet-fact-available = المتاح
outlet-fact-needed = المطلوب
outlet-fact-late = الملف رقم

# Result
outlet-payment-title = الأداء
outlet-result-confirmed-title = تأكد الأداء
outlet-result-confirmed-text = سجلت الجهة الدائنة { $amount }. سلّم الوصل للزبون.
outlet-result-pending-title = في طور التأكيد
outlet-result-pending-text = لم تجب الجهة الدائنة بعد. احتفظ بالنقد ولا تأخذه مرة ثانية وسلّم هذه القسيمة. ستصل رسالة إن أُعطي رقم.
outlet-result-cancelling-title = طُلب الإلغاء
outlet-result-cancelling-text = يجري سؤال الجهة الدائنة. احتفظ بالنقد إلى حين جوابها.
outlet-result-give-back-title = أرجع النقد
outlet-result-give-back-text = الأداء غير قائم والفاتورة ما زالت واجبة. أرجع { $amount } للزبون ثم أكد.
outlet-result-given-back-title = أُرجع النقد
outlet-result-given-back-text = أُرجع { $amount } للزبون. الأداء منته.
outlet-result-cancelled-title = أُلغي: أرجع النقد
outlet-result-cancelled-text = ألغت الجهة الدائنة الأداء. أرجع { $amount } للزبون: الصندوق يحتسبه بالفعل.
outlet-result-cash = للإرجاع إلى الزبون
outlet-given-button = أُرجع النقد
outlet-print-receipt = طباعة الوصل
outlet-print-slip = طباعة القسيمة
outlet-print-a4 = طباعة على A4
outlet-printed = طُبع هذا الوصل من قبل: ستحمل النسخة الموالية كلمة «نسخة».
outlet-next = الزبون الموالي

# Cancelling
outlet-cancel-summary = إلغاء هذا الأداء
outlet-cancel-reason = السبب
outlet-cancel-hint = ستقرؤه الجهة الدائنة: 100 حرف على الأكثر.
outlet-cancel-button = طلب الإلغاء
outlet-cancel-said = رفضت الجهة الدائنة الإلغاء: { $words }
outlet-cancel-pending = لا يمكن إلغاء أداء في طور التأكيد: انتظر جواب الجهة الدائنة.
outlet-cancel-refused = رفضت الجهة الدائنة الإلغاء. يمكن للزبون طلب الاسترداد من المصالح المركزية.
outlet-cancel-biller = هذه الجهة لا تقبل الإلغاء.
outlet-cancel-day = لا تُلغى إلا أداءات اليوم نفسه. بعد ذلك لا يبقى إلا الاسترداد.
outlet-cancel-shift = أُقفلت المناوبة التي حصّلت: لا يمكن الإلغاء هنا. لا يبقى إلا الاسترداد.
outlet-cancel-over = هذا الأداء لم يعد قائما: لا شيء يُلغى.
outlet-fault-reason = اذكر السبب في كلمات قليلة.
outlet-fault-reason-long = هذا طويل جدا: اختصره.
outlet-payments-title = أداءات اليوم
outlet-state = الحالة
outlet-state-confirmed = مؤكد
outlet-state-pending = قيد الانتظار
outlet-state-cancelling = طُلب الإلغاء
outlet-state-give-back = للإرجاع
outlet-state-cancelled = ملغى
outlet-state-given-back = أُرجع

# Giving back
outlet-give-back-title = نقد للإرجاع
outlet-give-back-lead = هذه المبالغ ملك لزبناء. أرجعها ثم أكد.
outlet-give-back-none = لا شيء للإرجاع.
outlet-give-back-no-shift = افتح مناوبة لإرجاع النقد.
outlet-give-back-since = مستحق منذ { $moment }
outlet-give-back-late = نقد متأخر رقم
outlet-nothing-owed-title = لا شيء للإرجاع بهذا الرقم
outlet-nothing-owed-text = لا تدين نقطة البيع بشيء لهذا السبب. لم يُسجَّل شيء.

# Movements
outlet-movements-title = دخول وخروج النقد
outlet-movements-lead = ما يدخل الصندوق أو يخرج منه خارج الأداءات.
outlet-movements-list = حركات المناوبة
outlet-movement-kind = الاتجاه
outlet-movement-in = دخول
outlet-movement-out = خروج
outlet-movement-given-back = أُرجع لزبون
outlet-movement-late = نقد متأخر
outlet-movement-button = تسجيل
outlet-reason = السبب
outlet-who = العون
outlet-fault-drawer = لا يوجد في الصندوق إلا { $held }.

# Closure
outlet-closure-title = إقفال المناوبة
outlet-closure-lead = عُدّ الأوراق والقطع. المناوبة المقفلة لا تقبل شيئا بعد ذلك.
outlet-closure-count = الأوراق والقطع
outlet-closure-expected = المنتظر
outlet-closure-counted = المعدود
outlet-closure-even = الفرق
outlet-closure-over = فائض
outlet-closure-short = نقص
outlet-closure-sum = جمع
outlet-closure-again = إعادة العد
outlet-closure-button = إقفال المناوبة
outlet-closure-fine = المنتظر = رصيد الافتتاح + الحركات + النقد المحصّل.
outlet-closure-reason = سبب الفرق
outlet-closure-pending-title = ما زالت أداءات قيد الانتظار
outlet-closure-pending-text = شبكتك لا تسمح بالإقفال قبل جواب الجهات الدائنة. لم يُقفل شيء.
outlet-supervisor = موافقة المشرف
outlet-supervisor-hint = الفرق يتجاوز { $tolerance }: يوقّع المشرف هنا برمزه.
outlet-fault-supervisor = الاسم وكلمة المرور والرمز غير متطابقة. تحقق منها وأعد برمز جديد.
outlet-fault-supervisor-empty = يكتب المشرف اسمه وكلمة مروره والرمز المكون من 6 أرقام.
outlet-fault-supervisor-not = لا يمكن لهذا الشخص الموافقة هنا: يلزم عضو آخر يشرف على نقطة البيع أو شبكتها.
outlet-fault-supervisor-wait = محاولات كثيرة لهذا الاسم. انتظر بضع دقائق.
outlet-fault-pieces = اكتب عددا صحيحا من الأوراق أو القطع.
outlet-fault-moved = تحرك الصندوق في الأثناء: تحقق من الفرق الجديد.
outlet-shifts-title = المناوبات
outlet-shifts-none = لم تُفتح أي مناوبة.
outlet-shift-title = المناوبة رقم
outlet-shift-number = الرقم
outlet-shift-open = مفتوحة
outlet-shift-close = إقفال
outlet-shift-opened = الفتح
outlet-shift-closed = الإقفال
outlet-shift-closed-by = أقفلها
outlet-shift-approved-by = وافق على الفرق
outlet-shift-difference = الفرق
outlet-shift-moved = الدخول والخروج
outlet-shift-pending = مُرحَّلة إلى المناوبة الموالية

# Floats
outlet-floats-title = أرصدة نقط البيع
outlet-floats-lead = ما تبقى لكل نقطة بيع مع احتساب الأداءات الجارية.
outlet-float-title = رصيد نقطة البيع
outlet-float-threshold = حد التنبيه
outlet-float-inactive = موقوفة
outlet-float-top-up = تغذية
outlet-float-withdrawal = سحب
outlet-request-title = تقديم طلب
outlet-request-lead = يقرر شخص ثان ولا يتحرك شيء قبل ذلك.
outlet-request-kind = الطلب
outlet-request-proof = الإثبات
outlet-request-proof-hint = مرجع التحويل أو وصل البنك.
outlet-request-button = إرسال الطلب
outlet-requests-title = الطلبات
outlet-requests-none = لا طلبات.
outlet-requests-more = طلبات أخرى تنتظر القرار
outlet-requests-older = طلبات بُتّ فيها قبل ذلك
outlet-request-open = للبت
outlet-request-approved = مقبول
outlet-request-refused = مرفوض
outlet-request-decided = قرر فيه
outlet-request-own = هذا طلبك: يقرر فيه شخص آخر.
outlet-request-note = كلمة لصاحب الطلب (لازمة للرفض)
outlet-request-approve = قبول
outlet-request-refuse = رفض
outlet-fault-proof = أدخل إثباتا من 3 إلى 100 حرف.
outlet-fault-proof-used = استُعمل هذا الإثبات من قبل لهذه الشبكة.
outlet-fault-key = استُعمل هذا النموذج لغرض آخر. افتح الصفحة من جديد.
outlet-fault-decided = سبق البت في هذا الطلب.
outlet-fault-own = أنت صاحب الطلب: يجب أن يقرر شخص آخر.
outlet-fault-withdrawal = الرصيد لا يتجاوز { $available }: لا يمكن السحب.
outlet-statement-title = الكشف
outlet-statement-none = لا حركات.
outlet-statement-event = العملية
outlet-statement-balance = الرصيد
outlet-event-taken = أداء
outlet-event-returned = أداء مُرجَع
outlet-event-taken-reversed = أداء ملغى
outlet-event-agent-commission = عمولة
outlet-event-commission-reversed = عمولة مسترجعة
outlet-event-float-topped-up = تغذية
outlet-event-float-withdrawn = سحب
outlet-event-late-cash = نقد متأخر
outlet-event-late-cash-released = تحرير نقد متأخر

# Late cash
outlet-late-title = لا يمكن أداء هذا الرمز
outlet-late-used = هذا الرمز مؤدى
outlet-late-cancelled = أُلغي هذا الرمز
outlet-late-expired = انتهت صلاحية هذا الرمز
outlet-late-no-cash = لا تأخذ نقدا لهذا الرمز.
outlet-late-heading = هل أُخذ النقد من قبل؟
outlet-late-lead = إذا غادر الزبون سجّلها هنا: تُحفظ له ثم تُحرَّر لك لإرجاعها.
outlet-late-amount = المبلغ المأخوذ
outlet-late-amount-hint = كانت قيمة الرمز { $total }.
outlet-late-until = كان قابلا للأداء إلى غاية { $moment }.
outlet-late-button = تسجيل النقد المتأخر
outlet-late-held-title = سُجّل النقد المتأخر
outlet-late-held-text = احتفظ به: سيُحرَّر لك لإرجاعه للزبون.
outlet-late-float-title = أرجع هذا النقد فورا
outlet-late-float-text = لا يسمح الرصيد بحفظه. أرجعه للزبون، وقد أُبلغ عن الحالة.
outlet-action-late = أُخذ النقد من قبل
outlet-late-cash-title = نقد متأخر محفوظ
outlet-late-cash-lead = أُخذ لرمز لم يعد قابلا للأداء. بعد تحريره يعود إلى رصيد نقطة البيع التي ترجعه.
outlet-late-cash-none = لا شيء محفوظ.
outlet-late-release = تحرير
outlet-late-reason-expired = رمز منتهي
outlet-late-reason-used = رمز مؤدى
outlet-late-reason-cancelled = رمز ملغى
outlet-late-reason-paid = فاتورة مؤداة

# Paper
outlet-paper-title = الطباعة
outlet-paper-kind = نوع الدين
outlet-paper-at = التاريخ
outlet-paper-till = الصندوق
outlet-paper-by = العون
outlet-paper-code = الرمز من 13 رقما
outlet-paper-total = المجموع نقدا
outlet-paper-follow = امسح الرمز لتتبع الأداء.
outlet-paper-back = العودة إلى الأداء
outlet-paper-foot = احتفظ بهذه الورقة. بتوقيت المغرب.
outlet-paper-confirmed-title = وصل الأداء
outlet-paper-confirmed-text = مؤدى: { $amount }. أكدته الجهة الدائنة.
outlet-paper-pending-title = أداء في طور التأكيد
outlet-paper-pending-text = أخذنا { $amount } نقدا. لم تجب الجهة الدائنة بعد. لا تؤد هذه الفاتورة مرة ثانية: ستتأكد أو يُرجع لك المال هنا. ستصلك رسالة إن أعطيت رقما. هذه ليست وصلا.
outlet-paper-cancelling-title = طُلب إلغاء الأداء
outlet-paper-cancelling-text = طُلب من الجهة الدائنة إلغاء { $amount }. يُرجع لك المال هنا بعد موافقتها.
outlet-paper-give-back-title = أداء غير قائم
outlet-paper-give-back-text = الفاتورة ما زالت واجبة. يجب إرجاع { $amount } للزبون.
outlet-paper-cancelled-title = أداء ملغى
outlet-paper-cancelled-text = ألغته الجهة الدائنة والفاتورة واجبة من جديد. يُرجَع { $amount } للزبون.
outlet-paper-given-back-title = أُرجع النقد
outlet-paper-given-back-text = أُرجع { $amount } للزبون. الفاتورة ما زالت واجبة.

# Counts
outlet-payments-count = { $form ->
    [0] لا أداء اليوم.
    [one] أداء واحد.
    [two] أداءان.
    [few] { $count } أداءات.
    [many] { $count } أداء.
   *[other] { $count } أداء.
}
outlet-closure-carried = { $form ->
    [one] أداء واحد ما زال ينتظر جواب الجهة الدائنة. سيُرحَّل باسمه إلى المناوبة الموالية.
    [two] أداءان ما زالا ينتظران جواب الجهة الدائنة. سيُرحَّلان إلى المناوبة الموالية.
    [few] { $count } أداءات ما زالت تنتظر جواب الجهة الدائنة. ستُرحَّل إلى المناوبة الموالية.
    [many] { $count } أداء ما زالت تنتظر جواب الجهة الدائنة. ستُرحَّل إلى المناوبة الموالية.
   *[other] { $count } أداء ما زالت تنتظر جواب الجهة الدائنة. ستُرحَّل إلى المناوبة الموالية.
}
outlet-shift-taken = { $form ->
    [zero] النقد المحصّل (لا أداء)
    [one] النقد المحصّل (أداء واحد)
    [two] النقد المحصّل (أداءان)
    [few] النقد المحصّل ({ $count } أداءات)
    [many] النقد المحصّل ({ $count } أداء)
   *[other] النقد المحصّل ({ $count } أداء)
}
