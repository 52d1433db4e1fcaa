# Navigation
staff-nav-board = لوحة المتابعة
staff-nav-board-about = الأداءات دقيقة بدقيقة، وما ينتظر تدخلا.

# The page
board-title = لوحة المتابعة
board-lead = ما يرد، وكيف ينتهي، وما ينتظر. دون أي بيانات للزبناء.
board-again = تحديث
board-pause = إيقاف التحديث التلقائي
board-resume = استئناف التحديث التلقائي
board-silent = الخادم لا يستجيب: الأرقام تعود إلى الوقت المبيّن.
board-read-at = قُرئت في
board-unread = تعذرت قراءة هذا الجزء. بقية اللوحة محيّنة، وسيعود تلقائيا حين تستجيب قاعدة البيانات.
board-verdict-good = لا شيء يستدعي التدخل.
board-verdict-unread = لا شيء مستعجل فيما أمكنت قراءته.
board-verdict-act = { $form ->
    [one] خانة واحدة تستدعي التدخل.
    [two] خانتان تستدعيان التدخل.
    [few] { $count } خانات تستدعي التدخل.
   *[other] { $count } خانة تستدعي التدخل.
}
board-state-good = لا شيء يذكر
board-state-watch = للمراقبة
board-state-act = للمعالجة
board-state-unread = لم تُقرأ
board-oldest-shown = تظهر الأقدم فقط.
board-never = أبدا
board-age-seconds = { $form ->
    [one] ثانية واحدة
    [two] ثانيتان
    [few] { $count } ثوان
   *[other] { $count } ثانية
}
board-age-minutes = { $form ->
    [one] دقيقة واحدة
    [two] دقيقتان
    [few] { $count } دقائق
   *[other] { $count } دقيقة
}
board-age-hours = { $form ->
    [one] ساعة واحدة
    [two] ساعتان
    [few] { $count } ساعات
   *[other] { $count } ساعة
}
board-age-days = { $form ->
    [one] يوم واحد
    [two] يومان
    [few] { $count } أيام
   *[other] { $count } يوما
}

# Payments
board-traffic = الأداءات في الدقيقة
board-last-minute = آخر دقيقة كاملة
board-last-hour = آخر 60 دقيقة
board-since = الأداءات أكثر من أن تُحسب ليوم كامل: العدّ منذ
board-traffic-none = لم يبدأ أي أداء منذ ساعة على أي قناة.
board-curve-told = { $channel }: { $count } من الأداءات في 60 دقيقة، وأقصاها { $peak } في الدقيقة
board-minutes = الأرقام دقيقة بدقيقة
board-minutes-caption = الأداءات التي بدأت، حسب القناة. الدقائق التي لم يبدأ فيها شيء غير مدرجة.
board-col-minute = الدقيقة

# How they end
board-rate-billers = نسبة النجاح حسب المفوتر
board-rate-billers-about = ما أكده المفوتر من المبالغ المستخلصة المعروف مآلها.
board-rate-billers-col = المفوتر
board-rate-instruments = نسبة النجاح حسب وسيلة الأداء
board-rate-instruments-about = ما تم من كل الأداءات المنتهية، بما فيها المرفوضة والمتخلى عنها.
board-rate-instruments-col = الوسيلة
board-rate-none = لا أداء منذ يوم.
board-rate-counts = { $confirmed } مؤكدة، { $returned } مردودة، { $unpaid } غير مؤداة، { $open } جارية
board-rate-bad = إخفاقات
board-rate-watched = للمراقبة
board-col-hour = 60 دقيقة
board-col-day = 24 ساعة

# Tiles
board-unknowns = مآل مجهول
board-unknowns-about = مبلغ مستخلص دون جواب واضح من المفوتر أو البوابة. لا يُرد شيء في انتظار ذلك.
board-unknown-asked = { $what } ({ $count }×)
board-breakers = مفوترون مقطوعون
board-breakers-about = بعد إخفاقات متكررة كما يراها هذا الخادم، وتُعاد المحاولة تلقائيا.
board-breaker-open = مقطوع
board-queues = أشغال مستحقة
board-queues-about = ما يجب أن يُرسل الآن إلى المفوترين والبوابة والزبناء.
board-writer = طابور الكتابة في هذا الخادم: { $count }
board-messages = رسائل لم تُرسل
board-messages-about = رسائل قصيرة وبريد لم تنجح محاولة إرسالها وستُعاد.
board-incidents = حوادث مفتوحة
board-incidents-about = ما لا يستطيع البرنامج حله وحده.
board-breaks = فوارق غير مغلقة
board-breaks-about = كشفتها المقاربة.
board-floats = أرصدة منخفضة
board-floats-about = نقط البيع المفتوحة دون عتبة شبكتها.
board-jobs = مهام متعثرة
board-jobs-about = مهام مبرمجة تفشل أو تتأخر.
board-job-late = متأخرة
board-job-failures = { $form ->
    [one] فشل واحد
    [two] فشلان متتاليان
    [few] { $count } إخفاقات متتالية
   *[other] { $count } إخفاقا متتاليا
}
board-files = ملفات لم تُسلَّم
board-files-about = ملفات التسوية وأوامر البنك التي لم تصل.

# Columns
board-col-payment = الأداء
board-col-asked = المطلوب
board-col-age = منذ
board-col-biller = المفوتر
board-col-code = الرمز
board-col-state = الحالة
board-col-task = الشغل
board-col-message = الرسالة
board-col-what = النوع
board-col-count = العدد
board-col-oldest = الأقدم
board-col-outlet = نقطة البيع
board-col-left = المتبقي
board-col-threshold = العتبة
board-col-job = المهمة
board-col-done = آخر نجاح
board-col-file = الملف
board-col-tries = المحاولات

# Work
board-task-confirm = تأكيد لدى المفوتر
board-task-capture = تحصيل
board-task-verify-capture = التحقق من التحصيل
board-task-poll = سؤال البوابة
board-task-return = رد المبلغ
board-task-cancel = إلغاء
board-task-sms = وصل برسالة قصيرة
board-task-mail = وصل بالبريد
board-task-sms-returning = رسالة: المبلغ في طريق الرد
board-task-mail-returning = بريد: المبلغ في طريق الرد
board-task-sms-returned = رسالة: رُدّ المبلغ
board-task-mail-returned = بريد: رُدّ المبلغ
board-task-sms-cancelled = رسالة إلغاء
board-task-mail-low-float = تنبيه برصيد منخفض
board-task-sms-reference = رسالة بمرجع
board-task-sms-reference-reminder = تذكير بمرجع
board-task-sms-link = رسالة برابط
board-task-mail-link = بريد برابط
board-task-refund = استرجاع
board-task-sms-refunded = رسالة: تم الاسترجاع
board-task-mail-refunded = بريد: تم الاسترجاع
board-task-sms-dispute = رسالة: شكاية
board-task-mail-dispute = بريد: شكاية

# Incidents
board-incident-unresolved-confirmation = تأكيد دون مآل
board-incident-unresolved-return = رد دون مآل
board-incident-unresolved-capture = تحصيل دون مآل
board-incident-callback-mismatch = إشعار بوابة غير مطابق
board-incident-amount-mismatch = مبلغ غير مطابق
board-incident-unresolved-cancellation = إلغاء دون مآل
board-incident-late-cash = نقد متأخر
board-incident-job = مهمة متعثرة
board-incident-undelivered-file = ملف لم يُسلَّم
board-incident-unresolved-refund = استرجاع دون مآل
