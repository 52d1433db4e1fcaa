staff-nav-personal = المعطيات الشخصية
staff-nav-personal-about = ما يطلبه الأشخاص بشأن معطياتهم: الاطلاع عليها أو تصحيحها أو محوها.
audit-person-request-taken = تسجيل طلب يخص معطيات شخصية
audit-person-request-ended = إغلاق طلب يخص معطيات شخصية
audit-erasure-refused = رفض المحو
audit-erasure-withdrawn = سحب طلب المحو
audit-personal-data-rectified = تصحيح معطيات شخصية
personal-title = المعطيات الشخصية
personal-lead = طلبات الاطلاع والتصحيح والمحو. يُجاب عن كل طلب داخل أجل { $days } أيام من يوم وصوله (القانون 09-08، المادة 8؛ والاطلاع دون تأخير، المادة 7).
personal-late-count = { $form ->
    [zero] لا طلب تجاوز أجله
    [one] طلب واحد تجاوز أجله
    [two] طلبان تجاوزا أجلهما
    [few] { $count } طلبات تجاوزت أجلها
    [many] { $count } طلبًا تجاوز أجله
   *[other] { $count } طلب تجاوز أجله
}
personal-show-open = الطلبات الجارية
personal-show-ended = الطلبات المغلقة
personal-open = الطلبات الجارية
personal-ended = الطلبات المغلقة
personal-none-open = لا طلب ينتظر جوابًا.
personal-none-ended = لم يُغلق أي طلب بعد.
personal-named = الطلب { $number }
personal-col-number = الرقم
personal-col-kind = الطلب
personal-col-reference = مكان الحفظ
personal-col-received = تاريخ الوصول
personal-col-age = جارٍ منذ
personal-col-due = آخر أجل للجواب
personal-col-state = الحالة
personal-col-words = آخر كلمة
personal-col-language = لغة الجواب
personal-col-taken = التسجيل
personal-col-handed-out = آخر تسليم
personal-col-ended = الإغلاق
personal-late = تجاوز أجله
personal-waits = محو ينتظر الموافقة
personal-handed-out = سُلِّم
personal-kind-access = اطلاع
personal-kind-rectification = تصحيح
personal-kind-erasure = محو
personal-state-open = جارٍ
personal-state-done = مُلبّى
personal-state-refused = مرفوض
personal-language-ar = العربية
personal-language-fr = الفرنسية
personal-language-en = الإنجليزية
personal-take-in = تسجيل طلب
personal-take-in-lead = تأكدوا أولًا من هوية صاحب الطلب. ما تكتبونه هنا للعثور عليه يُمحى عند إغلاق الطلب.
personal-field-kind = موضوع الطلب
personal-field-language = لغة الجواب
personal-field-received = تاريخ الوصول
personal-who = صاحب المعطيات
personal-who-hint = واحد من الثلاثة على الأقل. يتم المحو حسب الهاتف والبريد الإلكتروني.
personal-field-biller = الجهة صاحبة العقد
personal-no-biller = دون عقد
personal-field-reference = مكان حفظ الطلب
personal-hint-reference = الرسالة أو الملف أو اليوم: من 8 إلى 300 حرف. هذا النص يبقى، فلا تضعوا فيه معطيات الشخص.
personal-button-take-in = تسجيل
personal-fault-nobody = اكتبوا رقم هاتف أو بريدًا إلكترونيًا أو رقم عقد.
personal-fault-erase-by = يتم المحو حسب الهاتف والبريد الإلكتروني: اكتبوا أحدهما.
personal-fault-biller = اختاروا الجهة صاحبة العقد.
personal-fault-contract = لا تعثر هذه الجهة على أي فاتورة بمثل هذا العقد.
personal-fault-reference = بيّنوا مكان حفظ الطلب، من 8 إلى 300 حرف.
personal-fault-names = هذا النص يبقى: لا تضعوا فيه هاتف الشخص ولا بريده ولا عقده.
personal-fault-received = اختاروا يوم الوصول: لا يتجاوز اليوم ولا يسبقه بأكثر من سنة.
personal-fault-another = سُجّل طلب آخر من هذه الاستمارة. تأكدوا من وجوده في القائمة.
personal-request-title = الطلب
personal-not-approved = لم تتم الموافقة على المحو:
personal-certificate = شهادة المحو
personal-look = ما هو محفوظ
personal-look-lead = ابحثوا عما تحتفظ به المنصة عن هذا الشخص قبل تسليمه أو تغييره. يُسجَّل اطلاعكم في سجل التدقيق.
personal-look-decide = انظروا إلى ما سيفعله المحو ثم قرروا.
personal-look-mail = مع البريد الإلكتروني تُفحص كل الأداءات: قد يستغرق ذلك دقيقة.
personal-button-look = البحث عما هو محفوظ
personal-held = ما هو محفوظ
personal-held-nothing = لم يُعثر على شيء يخص هذا الشخص بالهاتف أو البريد أو العقد. تُفحص النصوص الأخرى عند التسليم.
personal-col-what = النوع
personal-col-count = العدد
personal-what-payment = أداء
personal-what-note = ملاحظة على أداء
personal-what-refund = استرداد
personal-what-complaint = شكاية
personal-what-payment-link = رابط أداء
personal-what-cash-reference = مرجع للأداء نقدًا
personal-what-call = مكالمة مع المجيب الصوتي
personal-what-call-at-the-desk = مكالمة مع مستشار هاتفي
personal-what-entry-of-a-list-against-fraud = قيد في لائحة لمكافحة الاحتيال
personal-open-until = { $what }، إلى غاية { $until }
personal-hand-out = التسليم
personal-hand-out-lead = كل شيء كاملًا، مع كل نص آخر يذكر الشخص، بلغته. يُسجَّل ذلك في سجل التدقيق قبل إنجازه؛ ومع ملايين النصوص يستغرق دقائق.
personal-button-html = صفحة مقروءة
personal-button-json = ملف JSON للبرامج
personal-erase = المحو
personal-erase-nothing = لا شيء قابل للمحو محفوظ بهذا الهاتف أو البريد الإلكتروني.
personal-erases = يُمحى
personal-erases-payments = هاتف الأداءات وبريدها الإلكتروني
personal-erases-notes = الملاحظات عليها
personal-erases-links = روابط الأداء
personal-erases-references = هواتف مراجع الأداء نقدًا
personal-erases-calls = مكالمات المجيب الصوتي وما قيل فيها
personal-erases-desk-calls = أصحاب مكالمات المستشارين وملاحظاتها
personal-erases-disputes = ما كُتب في الشكايات وعنوان الجواب عنها
personal-keeps = يُحتفظ به
personal-keeps-nothing = لا شيء.
personal-keeps-payments = { $form ->
    [zero] لا أداء
    [one] أداء واحد بمبلغه ووصله وعقده: وثيقة محاسبية تُحفظ 10 سنوات (مدونة التجارة، المادة 22)
    [two] أداءان بمبلغيهما ووصليهما وعقديهما: وثيقتان محاسبيتان تُحفظان 10 سنوات (مدونة التجارة، المادة 22)
    [few] { $count } أداءات بمبالغها ووصولاتها وعقودها: وثائق محاسبية تُحفظ 10 سنوات (مدونة التجارة، المادة 22)
    [many] { $count } أداءً بمبالغها ووصولاتها وعقودها: وثائق محاسبية تُحفظ 10 سنوات (مدونة التجارة، المادة 22)
   *[other] { $count } أداء بمبالغها ووصولاتها وعقودها: وثائق محاسبية تُحفظ 10 سنوات (مدونة التجارة، المادة 22)
}
personal-keeps-lists = { $form ->
    [zero] لا قيد
    [one] قيد واحد في لائحة لمكافحة الاحتيال، في شكل بصمة
    [two] قيدان في لوائح لمكافحة الاحتيال، في شكل بصمتين
    [few] { $count } قيود في لوائح لمكافحة الاحتيال، في شكل بصمات
    [many] { $count } قيدًا في لوائح لمكافحة الاحتيال، في شكل بصمات
   *[other] { $count } قيد في لوائح لمكافحة الاحتيال، في شكل بصمات
}
personal-still-open = ما زال شيء يخصه جاريًا، ولا يمكن محو شيء قبل انتهائه:
personal-second = لا يُمحى شيء قبل موافقة مسؤول ثانٍ.
personal-button-erase = طلب المحو
personal-hint-note = لازمة للرفض: من 8 إلى 300 حرف، دون معطيات الشخص.
personal-button-approve = الموافقة والمحو
personal-own = أنتم من طلب هذا المحو: مسؤول آخر يقرر.
personal-rectify = التصحيح
personal-rectify-lead = اكتبوا الصحيح وأشّروا على مكان الخطأ. لا يُحتفظ بما كان قبله؛ ويبيّن سجل التدقيق عدد الأسطر التي تغيرت. أما العقد والمبالغ فهي ما أُبلغت به الجهة: تبقى كما هي.
personal-rectify-nothing = لا هاتف ولا بريد إلكتروني محفوظ لهذا الشخص.
personal-field-phone = الهاتف الصحيح
personal-field-email = البريد الإلكتروني الصحيح
personal-rows = مكان الخطأ
personal-rows-more = لا يظهر إلا الأحدث من كل نوع.
personal-button-rectify = تصحيح
personal-done-phones = { $form ->
    [zero] لم يُصحَّح أي هاتف
    [one] صُحّح الهاتف في مكان واحد
    [two] صُحّح الهاتف في مكانين
    [few] صُحّح الهاتف في { $count } أماكن
    [many] صُحّح الهاتف في { $count } مكانًا
   *[other] صُحّح الهاتف في { $count } مكان
}
personal-done-emails = { $form ->
    [zero] لم يُصحَّح أي بريد إلكتروني
    [one] صُحّح البريد الإلكتروني في مكان واحد
    [two] صُحّح البريد الإلكتروني في مكانين
    [few] صُحّح البريد الإلكتروني في { $count } أماكن
    [many] صُحّح البريد الإلكتروني في { $count } مكانًا
   *[other] صُحّح البريد الإلكتروني في { $count } مكان
}
personal-end = إغلاق الطلب
personal-end-lead = تُنسى معه هوية صاحب المعطيات: لا يمكن تسليم شيء من هنا بعد ذلك.
personal-field-words = كلمتكم
personal-hint-words = لازمة للرفض، وحين لم يُنجَز المطلوب هنا: من 8 إلى 300 حرف، دون معطيات الشخص.
personal-button-done = لُبّي الطلب
personal-button-refused = رفض
personal-fault-words = بيّنوا السبب، من 8 إلى 300 حرف.
personal-fault-right = اكتبوا الهاتف أو البريد الإلكتروني الصحيح.
personal-fault-rows = أشّروا على مكان الخطأ.
personal-fault-gone = تم البت في المحو أو سحبه في هذه الأثناء: لم يتغير شيء.
personal-fault-ended = الطلب مغلق: لم يتغير شيء.
personal-fault-waits = محوه ينتظر شخصًا ثانيًا: يُبت فيه أو يُسحب أولًا.
personal-fault-not-yours = من طلب المحو يسحبه؛ ومسؤول آخر يوافق عليه أو يرفضه.
personal-fault-same-person = أنتم من طلب هذا المحو: يجب أن يوافق عليه مسؤول آخر.
personal-fault-nothing = لا شيء قابل للمحو محفوظ بهذا الهاتف أو البريد الإلكتروني.
personal-fault-open = لم يتغير شيء. ما زال جاريًا: { $what }
personal-paper-title = ما تحتفظ به فاتورة عنكم
personal-paper-made = أُنجز في { $at }
personal-paper-lead = طلبتم بموجب القانون 09-08 معرفة ما هو معروف عنكم. هذا كل ما عُثر عليه تحت:
personal-paper-payments = الأداءات
personal-paper-rows = الروابط والمراجع والمكالمات والشكايات واللوائح
personal-paper-mentions = نصوص أخرى تذكركم
personal-paper-mentions-lead = كل نص مع مكان حفظه.
personal-paper-nothing = لا شيء.
personal-paper-at = تاريخ البدء
personal-paper-state = الحالة
personal-paper-way = القناة ووسيلة الأداء
personal-paper-typed = ما كُتب للعثور على الفاتورة
personal-paper-lines = ما تم أداؤه
personal-paper-card = البطاقة، محجوبة
personal-paper-receipt = رقم وصل الجهة
personal-paper-notes = ملاحظات موظفينا
personal-paper-kept = لماذا، وإلى متى
personal-paper-keep-payments = الأداءات بمبالغها ووصولاتها وعقودها: تُبلَّغ بها الجهة، وهي وثائق محاسبية تُحفظ 10 سنوات (مدونة التجارة، المادة 22).
personal-paper-keep-contacts = الهاتف والبريد الإلكتروني: لإرسال الوصولات والأجوبة إليكم؛ يُمحيان بانتهاء مدة الحفظ، أو قبل ذلك بطلب منكم.
personal-paper-keep-lists = القيود في لوائح مكافحة الاحتيال: ما دام القرار ساريًا، في شكل بصمات.
personal-paper-rights = يمكنكم طلب تصحيح ما هو خاطئ، ومحو ما لا يحفظه أي قانون. وإن لم نجبكم، يمكنكم اللجوء إلى اللجنة الوطنية لمراقبة حماية المعطيات ذات الطابع الشخصي، www.cndp.ma.
personal-cert-title = شهادة المحو { $number }
personal-cert-reference = الطلب: { $reference }
personal-cert-asked = طلبه { $name } في { $at }
personal-cert-done = وافق عليه { $name } ونُفّذ في { $at }
personal-cert-erased = تم محو:
personal-cert-kept = تم الاحتفاظ بـ:
personal-cert-last = آخرها في { $at }
