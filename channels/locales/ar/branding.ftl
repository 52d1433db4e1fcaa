# Navigation
staff-nav-branding = الهوية البصرية
staff-nav-branding-about = شعارات الدائنين وألوانهم ونصوصهم كما يراها المؤدون.
audit-brand-drafted = حُفظت مسودة هوية بصرية
audit-brand-published = نُشرت هوية بصرية
audit-brand-dropped = أُلغيت مسودة هوية بصرية

# Billers
branding-title = الهوية البصرية
branding-lead = ما يراه المؤدون من كل دائن: شعاره وألوانه ونصوصه.
branding-no-billers = لم يُستورد أي دائن بعد.
branding-col-biller = الدائن
branding-col-code = الرمز
branding-col-in-force = سارية
branding-col-draft = المسودة
branding-plain = العرض العادي
branding-no-draft = لا توجد
branding-version = النسخة { $number }
branding-made = حُفظت في { $at } من طرف { $name }
branding-waits = مسودة في الانتظار

# The draft
branding-draft-title = المسودة
branding-previews = معاينة المسودة كما سيراها المؤدي
branding-preview-payment = صفحة الأداء
branding-preview-receipt = الوصل
branding-preview-mail = البريد الإلكتروني
branding-preview-bar = معاينة مسودة: لا يرى هذه الصفحة سوى المستخدمين.
branding-preview-back = العودة إلى الهوية البصرية
branding-sample-line = فاتورة نموذجية
branding-publish = نشر هذه المسودة
branding-drop = إلغاء المسودة
branding-own-draft = أنتم من حفظ هذه المسودة: يجب أن ينشرها شخص آخر.
branding-others-publish = يتولى فريق الاستغلال نشر هذه المسودة بعد معاينتها.
branding-done-saved = حُفظت المسودة. لا يتغير شيء بالنسبة للمؤدين قبل نشرها.
branding-done-published = نُشرت الهوية البصرية. يراها المؤدون من الآن.
branding-done-dropped = أُلغيت المسودة. لم يتغير شيء بالنسبة للمؤدين.

# The form
branding-form-title = إعداد هوية بصرية
branding-form-again = تعديل المسودة
branding-form-lead = ما يبقى فارغا يُعرض كما هو حال الدائنين بدون هوية بصرية. يُعطى كل نص باللغات الثلاث.
branding-logo = الشعار
branding-logo-now = شعار المسودة الحالي
branding-logo-remove = إزالة الشعار
branding-logo-file = ملف الشعار
branding-logo-hint = ‏PNG أو JPEG أو SVG، في حدود 200 كيلوبايت و2000 × 2000 بكسل. لا يظهر شعار SVG في الرسائل الإلكترونية ولا في ملف PDF: يحل الاسم محله.
branding-logo-large = يتجاوز الملف 200 كيلوبايت. صغّروا الصورة واختاروها من جديد.
branding-logo-unknown = هذا الملف ليس PNG ولا JPEG ولا SVG. صدّروا الشعار بأحد هذه الأنساق.
branding-logo-damaged = الصورة تالفة أو ناقصة. صدّروها من جديد.
branding-logo-dimensions = قياس الصورة { $width } × { $height } بكسل؛ كل ضلع بين 1 و2000. صغّروها.
branding-logo-svg = يحتوي ملف SVG في السطر { $line } على ما لا يُقبل في شعار: { $what }. صدّروه بصيغة «SVG بسيط» مع تحويل النصوص إلى مسارات.
branding-colours = الألوان
branding-colours-hint = اللونان معا أو لا شيء منهما. يُختار لون النصوص فوقهما بحيث تبقى مقروءة.
branding-brand = لون العلامة
branding-brand-hint = خلفية رأس الصفحة.
branding-accent = اللون المميز
branding-accent-hint = الأزرار والروابط.
branding-name = الاسم المعروض
branding-name-hint = في حدود { $count } حرفا.
branding-help = المساعدة
branding-help-hint = بجانب استمارات الأداء، مثلا أين يوجد رقم العقد. في حدود { $count } حرف.
branding-contact = التواصل
branding-contact-hint = كيف يُتصل بالدائن. في حدود { $count } حرفا.
branding-footer = تذييل الوصل
branding-footer-hint = السطر الأخير من الوصولات والرسائل الإلكترونية. في حدود { $count } حرف.
branding-in-ar = بالعربية
branding-in-fr = بالفرنسية
branding-in-en = بالإنجليزية
branding-save = حفظ المسودة
branding-save-fine = الحفظ لا ينشر شيئا: يعاين شخص آخر المسودة ثم ينشرها.
branding-fault-colour = يُكتب اللون بعلامة # متبوعة بستة أرقام ست عشرية، مثل ‎#0b5d4e‎.
branding-fault-one-colour = أعطوا اللونين معا أو لا شيء منهما.
branding-fault-contrast = لن تكون النصوص مقروءة به (تباين أقل من 4,5:1). أقرب لون مناسب هو ‎{ $colour }‎.
branding-fault-missing = أعطوا هذا النص باللغات الثلاث أو لا تعطوه بأي منها.
branding-fault-long = في حدود { $count } حرفا.
branding-fault-unreadable = يحتوي هذا النص على حروف لا تُعرض. أعيدوا كتابته.
branding-fault-changed = تغيرت المسودة منذ أن رأيتموها: لم يُنجز شيء. عاينوها من جديد.
branding-fault-no-draft = لم تعد هناك مسودة: نُشرت أو أُلغيت.
branding-fault-draft-first = هناك مسودة في الانتظار. انشروها أو ألغوها أولا.

# Versions
branding-versions = النسخ المنشورة
branding-col-version = النسخة
branding-col-published = تاريخ النشر
branding-col-made-by = أعدها
branding-col-published-by = نشرها
branding-col-act = الإجراء
branding-take-up = استئناف
branding-take-up-named = استئناف النسخة { $number } كمسودة
