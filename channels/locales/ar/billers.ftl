# Navigation
staff-nav-billers = الدائنون
staff-nav-billers-about = إعدادات كل دائن، وتعليقه أو إعادة فتحه.
audit-biller-suspended = عُلّق دائن
audit-biller-resumed = أُعيد فتح دائن

billers-title = الدائنون
billers-one-title = دائن
billers-lead = إعدادات كل دائن، ومن لا يستقبل الأداء حاليا.
billers-none = لم يُستورد أي دائن بعد.
billers-col-name = الدائن
billers-col-code = الرمز
billers-col-types = المستحقات
billers-col-state = الحالة
billers-open = مفتوح
billers-suspended = معلّق
billers-suspended-on = معلّق: { $channels }
billers-all-channels = كل القنوات
billers-held = التعليقات السارية
billers-suspend-title = تعليق
billers-suspend-lead = يسري هنا فورا، وفي كل مكان خلال ثوان. يرى المؤدون الدائن غير متاح قبل ملء أي شيء؛ وتستمر عمليات الأداء التي بدأت إلى نهايتها.
billers-channel = القناة
billers-reason = السبب
billers-reason-hint = للزملاء والسجل، دون معطيات شخصية.
billers-suspend = تعليق
billers-why = سبب إعادة الفتح
billers-resume = إعادة الفتح
billers-fault-reason = اذكروا السبب.
billers-fault-reason-long = في حدود 300 حرف.
billers-fault-held = هو معلّق من قبل.
billers-fault-lifted = رُفع هذا التعليق من قبل، أو لا وجود له.
billers-lifted = أُعيد فتحه في { $at } من طرف { $name }: { $why }
billers-past = تعليقات سابقة
billers-settings = الإعدادات
billers-settings-lead = كما استوردت من ملف الدائن. لا يُعرف من السر سوى اسم متغيره.
billers-protocol = البروتوكول
billers-address = العنوان
billers-secret = متغير السر
billers-quote-hours = مدة صلاحية العرض بالساعات
billers-cut-off = ساعة الإقفال
billers-minimum = أدنى مبلغ يُحوّل
billers-vat = الضريبة على القيمة المضافة على العمولة
billers-rule = المبلغ
billers-rule-exact = المستحق بالضبط
billers-rule-exact-or-more = المستحق أو أكثر
billers-rule-exact-or-less = المستحق أو أقل
billers-rule-any = أي مبلغ
billers-rule-range = من { $min } إلى { $max } بمضاعفات { $multiple }
billers-fetch = تُطلب الفواتير من الدائن
billers-tax = ضريبة معفاة من رسم التنبر
billers-cancellable = قابل للإلغاء بنقطة البيع
billers-yes = نعم
billers-no = لا
billers-field = حقل
billers-limits = القنوات والوسائل والحدود
billers-instrument = الوسيلة
billers-least = الأدنى
billers-most = الأقصى
billers-fees = رسوم الزبون دون احتساب الضريبة
billers-from-day = ابتداء من
billers-range = المبلغ
billers-price = الرسوم

# Changes of settings
audit-biller-change-proposed = طُلب تعديل دائن
audit-biller-change-applied = دخل تعديل دائن حيز التنفيذ
audit-biller-change-refused = رُفض تعديل دائن
audit-biller-change-withdrawn = سُحب تعديل دائن

billers-change-title = تعديل الإعدادات
billers-change-open = تعديل الإعدادات
billers-change-lead = تقدمون ملف الدائن، ويراجع شخص آخر كل فرق ثم يجعله ساري المفعول. لا يتغير شيء قبل ذلك.
billers-change-waits = ينتظر تعديل قرار شخص ثان.
billers-change-waiting = في الانتظار
billers-change-applied = ساري المفعول
billers-change-refused = مرفوض
billers-change-withdrawn = مسحوب
billers-change-number = رقم
billers-change-at = تاريخ الطلب
billers-change-by = من طرف
billers-change-why = السبب
billers-change-why-hint = للشخص الثاني والسجل، دون معطيات شخصية.
billers-change-propose = عرضه على شخص ثان
billers-change-ended = { $name }، { $at }: { $word }
billers-change-overtaken = تغيرت الإعدادات منذ هذا الطلب، ولم يعد ممكنا تنفيذه: ارفضوه وانطلقوا من الإعدادات الحالية.
billers-changes = التعديلات
billers-changes-none = لم يُطلب أي تعديل إلى الآن.
billers-file-upload = ملف الدائن
billers-file-upload-hint = ملف TOML. إن اختير فهو يحل محل النص أدناه.
billers-file-text = نص الملف
billers-file-text-hint = الإعدادات الحالية، تُعدَّل هنا. تُكتب العناوين كاملة دون متغيرات.
billers-source = الملف كما قُدّم
billers-effects = ما يترتب عن ذلك
billers-effect-fees = الرسوم: تتبع العروض المنجزة بعد التنفيذ التعريفة الجديدة؛ وتحتفظ العروض السابقة بثمنها { $hours } ساعة على الأكثر.
billers-effect-fees-from = الرسوم: تتبع العروض المنجزة بعد التنفيذ التعريفة الجديدة، وابتداء من { $day } تعريفة ذلك اليوم؛ وتحتفظ العروض السابقة بثمنها { $hours } ساعة على الأكثر.
billers-effect-commission = العمولة والضريبة عليها: وفق الشروط الجديدة لكل نافذة لم تُسوَّ، ابتداء من التي تُقفل في { $at }، بما فيها من أداءات.
billers-effect-commission-next = العمولة والضريبة عليها: وفق الشروط الجديدة ابتداء من النافذة المقبلة.
billers-effect-cut-off = الإقفال: أول نافذة بالمواعيد الجديدة تُقفل في { $first }.
billers-effect-cut-off-open = الإقفال: تُقفل النافذة المفتوحة كما كان مقررا في { $open }، وأول نافذة بالمواعيد الجديدة في { $first }.
billers-effect-payout = التحويل: تتبع التسوية المقبلة الحسابات الجديدة والحد الأدنى الجديد. لا تتغير التحويلات التي أُمر بها.
billers-effect-files = ملفات التسوية: الأشكال وطرق التسليم الجديدة ابتداء من التسوية المقبلة.
billers-effect-connector = الربط: يتوجه كل طلب فورا إلى العنوان الجديد، بما في ذلك تأكيدات الأداءات السابقة.
billers-effect-kinds = المؤدون: استمارة وقواعد وحدود جديدة فورا.
billers-effect-shown = المؤدون: يتغير فورا ما يُعرض ومدة صلاحية العروض.
billers-lines = { $count ->
    [zero] لا فرق
    [one] فرق واحد
    [two] فرقان
    [few] { $count } فروق
    [many] { $count } فرقا
   *[other] { $count } فرق
}
billers-diff-what = الإعداد
billers-diff-old = قبل
billers-diff-new = بعد
billers-diff-none = لا شيء
billers-diff-gone = محذوف
billers-decide = قراركم
billers-decide-word = كلمتكم، للسجل
billers-decide-apply = جعله ساري المفعول
billers-decide-refuse = رفض
billers-own = طلبكم
billers-own-lead = القرار لشخص آخر. يمكنكم سحب الطلب.
billers-own-word = سبب السحب
billers-own-withdraw = سحب
billers-fault-why = اذكروا السبب.
billers-fault-file = قدموا ملفا نصيا بترميز UTF-8.
billers-fault-file-large = حجم الملف 64 كيبيبايت على الأكثر.
billers-fault-line = السطر { $line }، العمود { $column }: { $what }
billers-fault-more = { $count ->
    [zero] ولا خطأ آخر
    [one] وخطأ آخر
    [two] وخطآن آخران
    [few] و{ $count } أخطاء أخرى
    [many] و{ $count } خطأ آخر
   *[other] و{ $count } خطأ آخر
}
billers-fault-connector = لا يمكن بناء الربط هكذا: { $what }
billers-fault-other = يجب أن يصف الملف هذا الدائن وحده.
billers-fault-same = لا يغير الملف شيئا.
billers-fault-waiting = ينتظر تعديل من قبل: احسموا فيه أولا.
billers-fault-decided = حُسم في هذا التعديل من قبل.
billers-fault-person = من يطلب لا يقرر، وهو وحده من يسحب.
billers-fault-moved = تغيرت الإعدادات منذ الطلب: لم يُنفَّذ شيء.
billers-value-daily = كل يوم
billers-value-net = تُقتطع من التحويل
billers-value-gross = تُفوتر على حدة
billers-value-keep = تُحفظ العمولة
billers-value-return = تُرد العمولة
billers-key-name = الاسم
billers-key-category = الرف
billers-key-logo = الشعار
billers-key-colour = اللون
billers-key-quote-lifetime-hours = مدة صلاحية العرض بالساعات
billers-key-protocol = البروتوكول
billers-key-base-url = العنوان
billers-key-endpoint = العنوان
billers-key-bills-url = عنوان الفواتير
billers-key-payments-url = عنوان الأداءات
billers-key-acquirer-id = معرّف المقتني
billers-key-secret-env = متغير السر
billers-key-cycle = وتيرة التسوية
billers-key-cut-off = ساعة الإقفال
billers-key-contract = العمولة
billers-key-minimum = الحد الأدنى للتحويل
billers-key-vat-percent = الضريبة على العمولة
billers-key-on-refunds = عند الاسترداد
billers-key-commission = نسبة العمولة
billers-key-account = الحساب
billers-key-files = الملفات
billers-key-mail = البريد الإلكتروني
billers-key-sftp = خادم SFTP
billers-key-type-name = اسم المستحق
billers-key-fetch = تُطلب الفواتير من الدائن
billers-key-tax = رسم معفى من التمبر
billers-key-cancellable = قابل للإلغاء في نقطة البيع
billers-key-amount = المبلغ
billers-key-limit = الحد
billers-key-fee = رسوم الزبون دون الضريبة
billers-key-fee-vat = الضريبة على الرسوم
billers-key-label = تسمية الخانة
billers-key-hint = شرح الخانة
billers-key-field = خانة
billers-key-value = اختيار الخانة
