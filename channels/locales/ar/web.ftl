# Layout
skip-to-content = الانتقال إلى المحتوى
nav-main = التنقل الرئيسي
nav-language = اللغة
nav-find = البحث عن أداء
nav-terms = الشروط
foot-safe = تُدخل بطاقتك في الصفحة الآمنة للمركز النقدي البيبنكي. لا نرى رقمها أبدا.
steps-label = مراحل الأداء
step-identify = العقد
step-bills = الفواتير
step-pay = الأداء
step-receipt = الوصل
optional = (اختياري)
select-choose = اختر…
currency-short = درهم
faults-title = { $form ->
    [zero] تحقق من الاستمارة
    [one] هناك أمر يجب التحقق منه
    [two] هناك أمران يجب التحقق منهما
    [few] هناك { $count } أمور يجب التحقق منها
    [many] هناك { $count } أمرا يجب التحقق منه
   *[other] هناك { $count } أمر يجب التحقق منه
}
busy-wait = لحظة من فضلك…
busy-looking = جار البحث عن فواتيرك…
busy-gateway = جار فتح صفحة الأداء…

# Home
home-title = أداء فواتيري
home-heading = فواتيرك مؤداة في دقيقة
home-lead = اختر المؤسسة، اطلع على ما عليك، أدِّ بالبطاقة واحتفظ بوصل يُعتد به.
search-label = البحث عن مؤسسة
search-placeholder = كهرباء، هاتف، ضريبة…
search-button = بحث
categories-label = الفئات
category-all = الكل
category-electricity-water = الماء والكهرباء
category-telecom = الاتصالات
category-taxes-fees = الضرائب والرسوم
category-education = التعليم
category-housing = السكن
category-transport = النقل
biller-unavailable = غير متاحة حاليا
empty-title = لم نجد أي مؤسسة
empty-text = جرب كلمة أخرى أو تصفح جميع الفئات.
empty-all = عرض جميع المؤسسات
promises-label = التزاماتنا
promise-safe-title = أداء محمي
promise-safe-text = بالبطاقة وبالرمز الذي يرسله بنكك.
promise-receipt-title = وصل في الحين
promise-receipt-text = على الشاشة وبرسالة نصية وبالبريد الإلكتروني، مع رقم المؤسسة.
promise-back-title = مؤدى أو مردود
promise-back-text = إذا رفضت المؤسسة، يعود مالك إليك.

# Identification
biller-heading = ماذا تريد أن تؤدي؟
identify-heading = عرّف عقدك
identify-button = عرض فواتيري
identify-button-amount = متابعة
unknown-contract = { $biller } لا تعرف هذا العقد. تحقق من الرقم على فاتورتك.
fault-unknown = تحقق من هذا الرقم.
fault-missing = هذه الخانة إلزامية.
fault-too-short = { $form ->
    [zero] الخانة قصيرة جدا.
    [one] يلزم حرف واحد على الأقل.
    [two] يلزم حرفان على الأقل.
    [few] تلزم { $count } أحرف على الأقل.
    [many] يلزم { $count } حرفا على الأقل.
   *[other] يلزم { $count } حرف على الأقل.
}
fault-too-long = { $form ->
    [zero] الخانة طويلة جدا.
    [one] يُسمح بحرف واحد على الأكثر.
    [two] يُسمح بحرفين على الأكثر.
    [few] يُسمح بـ { $count } أحرف على الأكثر.
    [many] يُسمح بـ { $count } حرفا على الأكثر.
   *[other] يُسمح بـ { $count } حرف على الأكثر.
}
fault-not-integer = اكتب أرقاما فقط.
fault-not-decimal = اكتب عددا.
fault-bad-format = هذا الرقم ليس على الشكل المنتظر. انقله كما هو على فاتورتك.
fault-not-a-choice = اختر قيمة من اللائحة.
fault-unknown-field = هذه الخانة غير منتظرة هنا.
fault-card-number = هذا يشبه رقم بطاقة بنكية. لا تكتبه هنا أبدا: لا تُطلب بطاقتك إلا في صفحة CMI المؤمنة.

# Bills
bills-title = فواتيرك
bills-heading = { $form ->
    [zero] لا فاتورة للأداء
    [one] فاتورة واحدة للأداء
    [two] فاتورتان للأداء
    [few] { $count } فواتير للأداء
    [many] { $count } فاتورة للأداء
   *[other] { $count } فاتورة للأداء
}
bills-heading-amount = كم تريد أن تؤدي؟
bills-heading-busy = لا شيء للأداء حاليا
bills-legend = ضع علامة على ما تؤديه الآن
bills-total = المجموع المختار
bills-button = متابعة
bills-expires = هذه اللائحة صالحة إلى غاية { $moment }.
bills-all-busy = كل المستحق مؤدى أو في طور الأداء. لا شيء يُؤدى مرة ثانية.
contract-label = العقد
article-fee = مصاريف المؤسسة
article-mandatory = إلزامي
article-stamp-duty = التمبر
article-always = مدرج دائما
article-busy = مؤدى أو في طور الأداء
amount-label = المبلغ المراد أداؤه
amount-hint-more = يمكنك أداء المجموع المختار أو أكثر.
amount-hint-less = يمكنك أداء المجموع المختار أو جزء منه.
amount-hint-any = المبلغ الذي تختاره، مثلا 150,00.
amount-hint-range = من { $min } إلى { $max }، بمضاعفات { $multiple }.
amount-hint-empty = اتركها فارغة لأداء المجموع المختار بالضبط.
fault-nothing-chosen = ضع علامة على سطر واحد على الأقل.
fault-busy = أحد الأسطر المختارة مؤدى أو في طور الأداء.
fault-amount = اكتب مبلغا مثل 150,00 برقمين عشريين على الأكثر.
fault-amount-ambiguous = يمكن قراءة هذا المبلغ بطريقتين. اكتب 1234,00 أو 1,23.
fault-amount-required = حدد المبلغ المراد أداؤه.
fault-amount-exact = يجب أن يكون المبلغ { $amount }.
fault-amount-between = يجب أن يكون المبلغ بين { $min } و { $max }.
fault-amount-least = يجب ألا يقل المبلغ عن { $min }.
fault-amount-most = يجب ألا يتجاوز المبلغ { $max }.
fault-amount-multiple = يجب أن يكون من مضاعفات { $multiple }.

# Summary
summary-title = الملخص
summary-heading = تحقق قبل الأداء
summary-change = تغيير اختياري
summary-payer = إلى أين نرسل الوصل؟
summary-button = أداء { $amount }
summary-gateway = ستُدخل بطاقتك في الصفحة الآمنة للمركز النقدي البيبنكي.
summary-expires = هذه المبالغ صالحة إلى غاية { $moment }.
amount-principal = مبلغ الفواتير
amount-fee = مصاريف الخدمة (دون الضريبة)
amount-vat = الضريبة على القيمة المضافة على المصاريف
amount-duty = رسم التمبر
amount-total = المبلغ الإجمالي
amount-total-paid = المجموع المؤدى
phone-label = الهاتف المحمول
phone-hint = رقم مغربي، مثلا ⁦06 12 34 56 78⁩. يفيد أيضا في العثور على أدائك.
email-label = البريد الإلكتروني
email-hint = لاستلام الوصل بصيغة PDF.
terms-accept = أقبل شروط الخدمة.
terms-read = قراءة الشروط
fault-phone = اكتب رقم هاتف محمول مغربي مثل 06 12 34 56 78.
fault-email = هذا العنوان الإلكتروني غير صحيح. اكتبه مثل name@example.ma أو اترك الخانة فارغة.
fault-terms = اقبل الشروط للمتابعة.
link-recipient = يُرسل الوصل إلى

# Gateway
redirect-title = نحو صفحة الأداء
redirect-heading = نفتح صفحة الأداء
redirect-text = ستؤدي { $amount } في الصفحة الآمنة للمركز النقدي البيبنكي.
redirect-button = متابعة نحو الأداء
redirect-fine = إذا لم يحدث شيء، اضغط على الزر.

# Payment
progress-title = أداء جار
awaiting-heading = ننتظر جواب البنك
awaiting-text = إذا أديت للتو، فالجواب يصل عادة في بضع ثوان. لا تؤدِّ مرة ثانية.
confirming-heading = توصلنا بالأداء، والتأكيد جار
confirming-text = وصل مالك. { $biller } تسجل أداءك.
progress-leave = يمكنك إغلاق هذه الصفحة: ستخبرك رسالة نصية بالبقية، و«البحث عن أداء» يعيدك إليها.
progress-noscript = تُحيَّن هذه الصفحة كل خمس ثوان.
receipt-title = الوصل
receipt-heading = تم تأكيد الأداء
receipt-number = وصل المؤسسة
receipt-date = تاريخ الوصل
receipt-instrument = وسيلة الأداء
receipt-qr = رمز الاستجابة السريعة لهذا الوصل
receipt-proof = امسح هذا الرمز للتحقق من الوصل في أي وقت.
receipt-pdf = تحميل PDF
receipt-print = طباعة
receipt-another = أداء فاتورة أخرى
instrument-card = بطاقة بنكية
instrument-wallet = محفظة إلكترونية
instrument-cash = نقدا
instrument-transfer = تحويل بنكي
find-title = البحث عن أداء
find-heading = البحث عن أداء
find-lead = المرجع موجود في الرسالة النصية أو في صفحة الأداء.
find-reference-hint = 16 حرفا ورقما. لا فرق بين الحروف الكبيرة والصغيرة، ولا تهم الشرطات والفراغات. مثال:
find-phone-hint = الرقم الذي أعطيته عند الأداء.
find-button = بحث
find-nothing = لا أداء بهذا المرجع وهذا الهاتف. تحقق منهما معا.
fault-reference = اكتب المرجع كاملا: 16 حرفا ورقما، مثل 0000-001B-9XK2-7QZD.

# Notices
fact-biller = المؤسسة
fact-amount = المبلغ
fact-reference = المرجع
fact-since = التاريخ
fact-retry = أعد المحاولة بعد
fact-trace = رمز تعطينا إياه إذا اتصلت بنا
wait-seconds = { $form ->
    [zero] الحين
    [one] ثانية واحدة
    [two] ثانيتين
    [few] { $count } ثوان
    [many] { $count } ثانية
   *[other] { $count } ثانية
}
action-home = العودة إلى البداية
action-find = البحث عن أداء
action-again = البحث من جديد
action-retry = إعادة المحاولة
action-summary = العودة إلى الملخص
action-pay-again = إعادة المحاولة
action-other-contract = البحث عن عقد آخر
action-other-biller = اختيار مؤسسة أخرى
unavailable-title = المؤسسة غير متاحة
unavailable-text = لا يمكننا الاتصال بها حاليا. لم يُؤد أي شيء. أعد المحاولة بعد بضع دقائق.
nothing-due-title = لا شيء للأداء
nothing-due-text = العقد معروف وكل شيء مسدد.
inquiry-expired-title = هذا البحث قديم جدا
inquiry-expired-text = ربما تغيرت المبالغ. ابحث عن فواتيرك من جديد: لم يُؤد أي شيء.
quote-expired-title = لم يعد هذا الملخص صالحا
quote-expired-text = ربما تغيرت المبالغ. ابحث عن فواتيرك من جديد: لم يُؤد أي شيء.
not-offered-title = لا أداء بالبطاقة هنا
not-offered-text = لا تقبل هذه المؤسسة هذا الأداء بالبطاقة على الإنترنت. لم يُؤد أي شيء.
link-revoked-title = رابط الأداء هذا لم يعد صالحا
link-revoked-text = تم إلغاؤه أو حلّ محله رابط أحدث: استعمل آخر رسالة توصلت بها. لم يُؤدَّ أي شيء.
link-expired-title = انتهت صلاحية رابط الأداء
link-expired-text = يصلح الرابط لمدة 30 دقيقة. اطلب رابطا جديدا عبر الهاتف أو ابحث عن فاتورتك هنا. لم يُؤدَّ أي شيء.
being-paid-title = هناك أداء جار
being-paid-text = هذه الفاتورة في طور الأداء هنا أو في مكان آخر، أو بقي أداء مفتوح في صفحة البنك. لم يُقتطع أي مبلغ آخر. انتظر بضع دقائق حتى ينتهي ثم أعد المحاولة.
already-paid-title = هذه الفاتورة مؤداة
already-paid-text = لا شيء يُؤدى مرة ثانية.
key-conflict-title = بدأ الأداء من قبل
key-conflict-text = أُرسلت هذه الاستمارة من قبل بهاتف أو عنوان إلكتروني آخر. عد إلى الملخص وتحقق منهما ثم أرسلها من جديد.
declined-title = رُفض الأداء
declined-text = رفض البنك أو لم يكتمل الأداء. لم يُقتطع أي مبلغ والفاتورة ما زالت مستحقة.
payment-expired-title = انتهى وقت الأداء
payment-expired-text = لم يُقتطع أي مبلغ والفاتورة ما زالت مستحقة.
returning-title = مالك في طريقه إليك
returning-text = لم تقبل المؤسسة الأداء. نعيد المبلغ إلى بطاقتك، وستؤكد ذلك رسالة نصية.
returned-title = أُعيد إليك مالك
returned-text = لم تقبل المؤسسة الأداء. عاد المبلغ إلى بطاقتك، ويظهر خلال بضعة أيام حسب البنك.
returned-cash-title = مالك في انتظارك
returned-cash-text = لم تقبل المؤسسة الأداء. نقطة الأداء التي تسلّمت نقودك تعيد إليك المبلغ كاملا، بما فيه الرسوم.
cancelling-title = الإلغاء قيد المعالجة
cancelling-text = طلبت نقطة الأداء إلغاء هذا الأداء، ولم ترد المؤسسة بعد.
cancelled-title = أُلغي الأداء
cancelled-text = ألغت المؤسسة الأداء. نقطة الأداء التي تسلّمت نقودك تعيد إليك المبلغ كاملا، بما فيه الرسوم، والفاتورة مستحقة من جديد.
not-found-title = هذه الصفحة غير موجودة
not-found-text = ربما كان العنوان ناقصا أو قديما. تحقق منه، أو ابدأ من جديد من لائحة المؤسسات.
bad-request-title = لم نفهم الطلب
bad-request-text = هناك ما ينقص أو ليس على الشكل المنتظر. ارجع إلى الصفحة واملأها من جديد ثم أرسلها. لم يُؤد أي شيء.
wrong-method-title = لا يُستعمل هذا العنوان بهذه الطريقة
wrong-method-text = لا يقبل هذا النوع من الطلبات. افتح الصفحة واستعمل أزرارها. لم يُؤد أي شيء.
field-twice-title = وردت خانة مرتين
field-twice-text = في الاستمارة خانة مكررة ولا نعرف أيهما المقصودة. أعد تحميل الصفحة واملأها من جديد ثم أرسلها. لم يُؤد أي شيء.
unexpected-title = أُرسل ما لا تعرضه هذه الصفحة
unexpected-text = في الاستمارة خانة أو اختيار غير منتظر هنا. أعد تحميل الصفحة واملأها من جديد ثم أرسلها. لم يُؤد أي شيء.
unreadable-title = في إحدى الخانات رموز غير مقروءة
unreadable-text = وردت رموز تحكم غير مرئية، ربما عند النسخ. ارجع واكتب الخانة باليد ثم أرسلها من جديد. لم يُؤد أي شيء.
too-large-title = هذا طويل جدا
too-large-text = ما أُرسل أكبر مما تقبله استماراتنا. ارجع واختصر ما كتبته ثم أرسله من جديد. لم يُؤد أي شيء.
forged-title = لم تعد هذه الاستمارة صالحة
forged-text = بقيت مفتوحة طويلا، أو يرفض متصفحك ملفات تعريف الارتباط. اقبلها لهذا الموقع، ثم أعد تحميل صفحة الاستمارة وأرسلها من جديد. لم يُؤد أي شيء.
too-many-title = طلبات كثيرة
too-many-text = وردت من اتصالك طلبات كثيرة في وقت قصير، والحد يحمي عقود الجميع. انتظر المدة أدناه ثم ارجع وأعد المحاولة. لم يُؤد أي شيء.
overloaded-title = إقبال كبير الآن
overloaded-text = لم نتمكن من معالجة طلبك. أعد المحاولة بعد لحظة.
failed-title = خلل من جهتنا
failed-text = لم يكتمل طلبك. إذا كنت تؤدي، فابحث أولا عن أدائك قبل أن تعيد المحاولة.

# Terms
terms-title = شروط الخدمة
terms-service-title = الخدمة
terms-service-text = تتيح لك fatoura أداء فواتير المؤسسات المغربية عبر الإنترنت. يصل مبلغ الفاتورة كاملا إلى المؤسسة.
terms-fee-title = المصاريف
terms-fee-text = تظهر مصاريف الخدمة والضريبة عليها في أسطر خاصة قبل الأداء. لا يُقتطع أي شيء دون موافقتك.
terms-confirm-title = التأكيد
terms-confirm-text = لا يكتمل الأداء إلا بعد أن تسجله المؤسسة وتعطي رقم وصلها. وإذا رفضت، يعود المبلغ كاملا مع المصاريف إلى بطاقتك.
terms-data-title = بياناتك
terms-data-text = نحتفظ بهاتفك وببريدك الإلكتروني إن أعطيته، لإرسال الوصل وللعثور على الأداء. لا يمر رقم بطاقتك من عندنا أبدا.

# Cash at an outlet
summary-cash = أو نقدا
summary-cash-hint = تحصل على رمز من 13 رقما تقدمه في نقطة بيع. يضاف رسم التمبر إلى المبلغ. رقم الهاتف اختياري: يرسل إليه الرمز برسالة قصيرة، مع تذكير قبل انتهائه.
summary-cash-button = الحصول على رمز للأداء نقدا
cash-title = الأداء نقدا
cash-heading = للأداء نقدا
cash-lead = قدم هذا الرمز في نقطة بيع تستخلص عبر fatoura، مع المبلغ بالضبط إن أمكن.
cash-qr = رمز الاستجابة السريعة للمرجع
cash-code = مرجع من 13 رقما
cash-until = صالح إلى غاية { $moment }.
cash-warning = لا شيء محجوز: من أدى الفاتورة أولا فقد أداها. احتفظ بوصل نقطة البيع.
cash-busy-title = هذه الفاتورة مؤداة أو في طور الأداء
cash-busy-text = لم ينشأ أي رمز. ابحث عن الأداء بمرجعه، أو انتظر بضع دقائق.
cash-not-offered-title = لا أداء نقدا لهذه الفاتورة
cash-not-offered-text = لا تقبل المؤسسة هذا المبلغ نقدا. لم ينشأ أي رمز: أد بالبطاقة أو غير اختيارك.
cash-used-title = استُعمل هذا الرمز
cash-used-text = الفاتورة مؤداة، أو أداؤها جار. وصل نقطة البيع هو الإثبات.
cash-cancelled-title = أُلغي هذا الرمز
cash-cancelled-text = لا تقدمه بعد الآن. ابحث من جديد عن فواتيرك للحصول على رمز آخر.
cash-expired-title = انتهت صلاحية هذا الرمز
cash-expired-text = لا تقدمه بعد الآن: ربما تغيرت المبالغ. ابحث من جديد عن فواتيرك.

# A biller in its own colours
brand-contact = للتواصل:
