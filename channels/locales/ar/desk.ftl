# Navigation
staff-nav-desk = مكتب الاتصال
staff-nav-desk-about = ابحث عن فاتورة المتصل، أرسل رابط الأداء، وتتبعه إلى أن يؤدى.
staff-nav-desk-day = يومي
staff-nav-desk-day-about = مكالماتك وروابطك ومراجعك لهذا اليوم، وما تحقق منها.
audit-customer-unmasked = عرض معطيات زبون كاملة

# Desk
desk-title = مكتب الاتصال
desk-lead = لا تطلب رقم البطاقة أبدا ولا تدونه: المتصل يكتبه بنفسه عبر الرابط.
desk-search-heading = البحث
desk-search-label = الهاتف أو العقد أو المرجع أو رقم الوصل
desk-search-hint = وكذلك الأرقام الثلاثة عشر لمرجع الأداء نقدا. ستبين الصفحة كيف فُهم ما كتبته.
desk-search-biller = المؤسسة
desk-search-no-biller = السجل فقط
desk-search-button = بحث
desk-fault-search = اكتب من 3 إلى 64 حرفا.
desk-fault-contract = عقود هذه المؤسسة ليست بهذا الشكل. تحقق مما كتبت.
desk-fault-more-fields = تطلب هذه المؤسسة أكثر من معلومة. افتح مكالمة وابحث فيها عن الفاتورة.
desk-fault-phone = اكتب رقما مغربيا، مثل 0612345678.
desk-fault-email = هذا العنوان الإلكتروني غير صحيح. اكتبه على شكل nom@example.ma.
desk-fault-card = هذا رقم بطاقة ولم يُحفظ. لا تطلبه أبدا: المتصل يكتبه بنفسه عبر الرابط.
desk-found = النتائج
desk-found-nothing = لم يُعثر على شيء.
desk-read-as = فُهم على أنه:
desk-read-phone = رقم هاتف
desk-read-payment = مرجع أداء
desk-read-cash = مرجع أداء نقدا
desk-read-receipt = رقم وصل
desk-read-contract = عقد
desk-history = الأداءات التي عُثر عليها
desk-history-more = تظهر أحدث الأداءات فقط. ابحث بالمرجع للعثور على أداء أقدم.
desk-open-with-bill = افتح مكالمة بهذه الفاتورة
desk-nothing-due = الزبون معروف ولا شيء مستحق عليه.
desk-unknown-customer = المؤسسة لا تعرف هذا الزبون.
desk-unavailable = يتعذر الاتصال بالمؤسسة حاليا. أعد المحاولة بعد بضع دقائق.
desk-until = إلى غاية { $moment }
desk-since = منذ { $moment }
desk-waiting = متصلون في الانتظار
desk-waiting-none = لا أحد في الانتظار.
desk-withheld = رقم محجوب
desk-take = خذ المكالمة
desk-go-on = متابعة
desk-taken-badge = مأخوذ
desk-taken-title = سبقك زميل آخر
desk-taken-text = هذا المتصل في عهدة زميل آخر أو أنهى المكالمة. خذ المتصل التالي.
desk-reason-asked = طلب التحدث إلى موظف
desk-reason-wrong-entries = تعذر عليه الإدخال
desk-reason-trouble = تعذرت خدمته عبر الموزع الصوتي
desk-open-calls = مكالماتي المفتوحة
desk-open-none = لا مكالمة مفتوحة.
desk-new-call = مكالمة جديدة
desk-new-button = افتح المكالمة
desk-action-back = العودة إلى المكتب
desk-action-call = العودة إلى المكالمة

# Call
desk-call-title = مكالمة
desk-call-open = مفتوحة
desk-caller = المتصل
desk-caller-phone = الهاتف
desk-caller-mail = البريد الإلكتروني
desk-caller-language = لغة الرسائل
desk-caller-change = تغيير
desk-keep-hint = إذا تُرك فارغا يبقى ما هو معروف.
desk-save = حفظ
desk-unknown = غير معروف
desk-unmask = عرض كامل
desk-unmask-button = عرض
desk-unmasked = عُرض كاملا هذه المرة. سُجل ذلك مع السبب في سجل التدقيق.
desk-reason = السبب
desk-reason-hint = يُحفظ في سجل التدقيق. لا تذكر اسم أي زبون.
desk-fault-reason = اذكر السبب في 8 إلى 200 حرف.
desk-handover = قادم من الموزع الصوتي
desk-go-on-bill = تابع بالفاتورة التي سمعها
desk-find-heading = البحث عن الفواتير
desk-find-title = البحث عن الفواتير
desk-find-lead = اسأل المتصل عما يعرّفه لدى المؤسسة.
desk-find-button = بحث
desk-bills-title = الفواتير
desk-bills-legend = ما يُؤدى
desk-bills-button = احسب المبلغ
desk-all-busy = كل شيء هنا مؤدى أو قيد الأداء.
desk-notes = ملاحظات
desk-note = ملاحظة جديدة
desk-note-button = سجل
desk-fault-notes = بلغت هذه المكالمة الحد الأقصى من الملاحظات. أغلقها وافتح أخرى.
desk-close-heading = إنهاء المكالمة
desk-close-button = إنهاء
desk-outcome = النتيجة
desk-fault-outcome = اختر كيف انتهت المكالمة.
desk-outcome-paid = مؤدى
desk-outcome-link-sent = سيؤدي عبر الرابط
desk-outcome-reference-made = سيؤدي نقدا
desk-outcome-informed = تلقى المعلومات
desk-outcome-call-back = يُعاد الاتصال به
desk-outcome-dropped = انقطعت المكالمة

# Links and references
desk-made = الروابط والمراجع
desk-made-none = لا شيء بعد في هذه المكالمة. ابحث أولا عن فاتورة.
desk-link = رابط الأداء
desk-reference = مرجع الأداء نقدا
desk-revoke = سحب
desk-refresh = تحديث
desk-state-sent = أُرسل ولم يُفتح بعد
desk-state-opened = فُتح: في صفحة البطاقة
desk-state-confirming = سُحب المبلغ، قيد التأكيد
desk-state-paid = مؤدى
desk-state-declined = رفضه البنك
desk-state-unpaid = فُتح ولم يُؤدَّ في الوقت
desk-state-returning = رفضته المؤسسة والمبلغ في طريق العودة
desk-state-returned = أُعيد المبلغ
desk-state-cancelling = قيد الإلغاء
desk-state-cancelled = ملغى
desk-state-revoked = سُحب
desk-state-expired = انتهت صلاحيته
desk-state-elsewhere = الفاتورة تُؤدى بطريقة أخرى
desk-state-paid-elsewhere = أُديت الفاتورة بطريقة أخرى
desk-state-waiting = في انتظار الأداء نقدا
desk-reference-used = مؤدى أو قيد الأداء
desk-offer-title = المبلغ
desk-price-heading = المبالغ
desk-total = المجموع
desk-by-link = رابط الأداء
desk-by-link-lead = لهذه الفاتورة وهذا المبلغ، مرة واحدة، لمدة 30 دقيقة.
desk-in-cash = نقدا في نقطة أداء
desk-in-cash-lead = 13 رقما للأداء. يضاف رسم التنبر عند الأداء نقدا.
desk-sms-to = رسالة قصيرة إلى
desk-mail-to = رسالة إلكترونية إلى
desk-mobile = الهاتف المحمول
desk-other-mobile = هاتف محمول آخر
desk-mail = العنوان الإلكتروني
desk-other-mail = عنوان إلكتروني آخر
desk-send-link = أرسل الرابط
desk-make-reference = أنشئ المرجع
desk-fault-no-mobile = ليس للمتصل هاتف محمول: اكتب رقما.
desk-fault-no-mail = ليس للمتصل عنوان إلكتروني: اكتب عنوانا.
desk-fault-no-way = حدد وجهة الرابط: هاتف محمول أو عنوان إلكتروني.
desk-quote-expired-title = انتهت صلاحية المبلغ المحسوب
desk-quote-expired-text = لم يُرسل شيء. ابحث عن الفاتورة من جديد.
desk-being-paid-title = هذه الفاتورة قيد الأداء
desk-being-paid-text = لم يُرسل شيء. الفاتورة مؤداة أو قيد الأداء الآن عبر هذه القناة أو غيرها.
desk-already-paid-title = هذه الفاتورة مؤداة
desk-already-paid-text = لم يُرسل شيء، ولم يبق ما يُؤدى.
desk-sent-before-title = أُرسل هذا من قبل
desk-sent-before-text = أُرسلت الصفحة مرتين بمحتوى مختلف. الأول هو المعتمد: انظر المكالمة.
desk-not-in-cash-title = لا تُؤدى نقدا
desk-not-in-cash-text = هذه الفاتورة أو هذا المبلغ لا يُقبل نقدا في نقاط الأداء. اقترح رابط الأداء.
desk-too-late-title = استُعمل قبل ذلك
desk-too-late-text = بدأ الأداء قبل السحب. تتبعه في المكالمة.

# Payment
desk-payment-title = الأداء
desk-fact-receipt = رقم الوصل
desk-fact-channel = القناة
desk-fact-instrument = وسيلة الأداء
desk-fact-card = البطاقة
desk-fact-started = البداية
desk-fact-state = الحالة
desk-channel-web = الموقع
desk-channel-ivr = الموزع الصوتي
desk-channel-tel = مكتب الاتصال
desk-channel-agt = نقطة الأداء
desk-channel-pos = جهاز الأداء
desk-channel-api = API
desk-fact-since = الحالة منذ
desk-standing-awaiting-payer = في انتظار المؤدي
desk-standing-confirming = قيد التأكيد
desk-standing-confirmed = مؤدى
desk-standing-declined = مرفوض
desk-standing-expired = لم يُؤدَّ في الوقت
desk-standing-returning = المبلغ في طريق العودة
desk-standing-returned = أُعيد المبلغ
desk-standing-cancelling = قيد الإلغاء
desk-standing-cancelled = ملغى

# Day
desk-day-title = يومي
desk-day-calls = المكالمات
desk-day-length = مدة المكالمة
desk-day-length-note = في المتوسط، بالدقائق والثواني
desk-day-links = الروابط المرسلة
desk-day-references = المراجع المنشأة
desk-day-sum = المبلغ المؤدى
desk-day-average = متوسط الأداء
desk-day-average-note = مما أُدي
desk-day-none = لا مكالمة في هذا اليوم.
desk-day-at = الساعة
desk-day-before = اليوم السابق
desk-day-after = اليوم التالي

# Counts
desk-note-hint = { $form ->
    [few] سطر واحد، { $count } أحرف على الأكثر.
    [many] سطر واحد، { $count } حرفا على الأكثر.
   *[other] سطر واحد، { $count } حرف على الأكثر.
}
desk-fault-note = { $form ->
    [few] الملاحظة من حرف واحد إلى { $count } أحرف.
    [many] الملاحظة من حرف واحد إلى { $count } حرفا.
   *[other] الملاحظة من حرف واحد إلى { $count } حرف.
}
desk-day-open = { $form ->
    [zero] كلها منتهية
    [one] واحدة مفتوحة
    [two] اثنتان مفتوحتان
    [few] { $count } مفتوحة
    [many] { $count } مفتوحة
   *[other] { $count } مفتوحة
}
desk-day-paid = { $form ->
    [zero] لا شيء مؤدى بعد
    [one] واحد مؤدى
    [two] اثنان مؤديان
    [few] { $count } مؤداة
    [many] { $count } مؤدى
   *[other] { $count } مؤدى
}
