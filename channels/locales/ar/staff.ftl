# Frame
staff-mark = فضاء العمل
staff-sign-out = تسجيل الخروج
staff-foot = خاص بالمستخدمين. كل دخول وكل اطلاع على معطيات زبون يُسجَّل في سجل التدقيق.
staff-nav-home = الرئيسية
staff-nav-home-about = شاشات عملكم.
staff-nav-audit = سجل التدقيق
staff-nav-audit-about = من فعل ماذا، ومتى.
staff-nav-account = حسابي
staff-nav-sessions = جلساتي
staff-nav-sessions-about = أين أنتم متصلون، وكيف تنهون الاتصال.
staff-nav-password = كلمة المرور
staff-nav-password-about = غيّروها متى شئتم.
staff-nav-codes = رموز الطوارئ
staff-nav-codes-about = للدخول بدون هاتفكم.
staff-action-home = العودة إلى الرئيسية
staff-forbidden-title = هذه الصفحة غير مفتوحة لكم
staff-forbidden-text = أدواركم لا تمنح هذا الحق. إن احتجتم إليه فاطلبوه من أحد المسؤولين. لم يُنجز أي شيء.

# Roles
staff-role-teleoperator = عامل هاتفي
staff-role-agent = وكيل
staff-role-outlet-supervisor = مشرف على نقطة البيع
staff-role-network-manager = مسؤول الشبكة
staff-role-biller-user = مستخدم لدى الجهة
staff-role-finance = المالية
staff-role-operations = العمليات
staff-role-auditor = مدقق
staff-role-administrator = مدير النظام
staff-scope-outlet = نقطة البيع
staff-scope-network = الشبكة
staff-scope-biller = الجهة

# Sign-in
staff-sign-in-title = تسجيل الدخول
staff-sign-in-lead = ادخلوا بالاسم وكلمة المرور اللذين سُلّما لكم.
staff-sign-in-button = الدخول
staff-sign-in-fine = نسيتم كلمة المرور؟ يمكن لمدير النظام أن يعطيكم كلمة جديدة.
staff-login = اسم المستخدم
staff-password = كلمة المرور
staff-ended = انتهت جلستكم. سجّلوا الدخول من جديد للمتابعة.
staff-fault-sign-in = الاسم وكلمة المرور غير متطابقين. تحققوا منهما وأعيدوا المحاولة.
staff-fault-sign-in-empty = اكتبوا اسم المستخدم وكلمة المرور.
staff-fault-wait = { $form ->
    [one] محاولات كثيرة. أعيدوا المحاولة بعد دقيقة.
    [two] محاولات كثيرة. أعيدوا المحاولة بعد دقيقتين.
    [few] محاولات كثيرة. أعيدوا المحاولة بعد { $count } دقائق.
   *[other] محاولات كثيرة. أعيدوا المحاولة بعد { $count } دقيقة.
}

# Second factor
staff-factor-title = رمز التحقق
staff-factor-lead = افتحوا تطبيق المصادقة واكتبوا رمز Fatoura المكوّن من 6 أرقام.
staff-factor-button = تحقق
staff-factor-other = الدخول باسم آخر
staff-code = الرمز المكوّن من 6 أرقام
staff-fault-code = هذا الرمز غير صحيح أو سبق استعماله. انتظروا الرمز التالي واكتبوه.
staff-recovery-summary = هاتفي ليس معي
staff-recovery = رمز الطوارئ
staff-recovery-hint = أحد الرموز العشرة التي احتفظتم بها. كل رمز يُستعمل مرة واحدة.
staff-recovery-button = الدخول بهذا الرمز
staff-fault-recovery = رمز الطوارئ هذا غير صحيح أو سبق استعماله.

# Password
staff-password-title = تغيير كلمة المرور
staff-password-lead = ستُغلق جلساتكم الأخرى.
staff-password-forced = كلمة مروركم صالحة لمرة واحدة. اختاروا كلمتكم للمتابعة.
staff-password-button = تغيير كلمة المرور
staff-password-fine = بضع كلمات متتالية يسهل تذكرها ويصعب تخمينها.
staff-present = كلمة المرور الحالية
staff-new = كلمة المرور الجديدة
staff-new-hint = { $form ->
   *[other] { $count } حرفا على الأقل، دون اسم المستخدم.
}
staff-again = كلمة المرور الجديدة مرة أخرى
staff-fault-present = هذه ليست كلمة مروركم الحالية.
staff-fault-again = كلمتا المرور الجديدتان مختلفتان. اكتبوا الكلمة نفسها مرتين.
staff-fault-same = كلمة المرور الجديدة هي الحالية. اختاروا غيرها.
staff-fault-short = كلمة المرور قصيرة جدا: يلزم 12 حرفا على الأقل.
staff-fault-long = كلمة المرور طويلة جدا: 128 حرفا على الأكثر.
staff-fault-blank = كلمة المرور لا تبدأ ولا تنتهي بفراغ، وليس فيها أحرف خفية.
staff-fault-login = يجب ألا تحتوي كلمة المرور على اسم المستخدم.
staff-fault-guessable = كلمة المرور هذه سهلة التخمين. اختاروا غيرها.

# Enrolment
staff-enrol-title = حماية حسابكم
staff-enrol-lead = إضافة إلى كلمة المرور، رمز من هاتفكم يثبت أنكم أنتم.
staff-enrol-scan = في تطبيق للمصادقة، أضيفوا حسابا وامسحوا هذا الرمز.
staff-enrol-qr = رمز QR للحساب
staff-enrol-type = لا أستطيع المسح
staff-enrol-type-hint = اكتبوا هذا المفتاح في التطبيق: حساب Fatoura، رمز حسب الوقت.
staff-enrol-confirm = اكتبوا الرمز المكوّن من 6 أرقام الذي يعرضه التطبيق.
staff-enrol-button = تفعيل
staff-codes-title = رموز الطوارئ
staff-codes-made-title = احتفظوا برموز الطوارئ هذه
staff-codes-made-lead = بدون هاتفكم، يتيح لكم أحدها الدخول. كل رمز يُستعمل مرة واحدة.
staff-codes-made-note = لن تُعرض بعد الآن. دوّنوها أو اطبعوها واحفظوها في مكان آمن.
staff-codes-made-done = دوّنتها، متابعة
staff-codes-left = { $form ->
    [zero] لم يبق لكم أي رمز طوارئ
    [one] بقي لكم رمز طوارئ واحد
    [two] بقي لكم رمزا طوارئ
    [few] بقيت لكم { $count } رموز طوارئ
   *[other] بقي لكم { $count } رمز طوارئ
}
staff-codes-lead = الرموز الجديدة تعوّض كل القديمة. للحصول عليها اكتبوا رمز تطبيقكم.
staff-codes-button = الحصول على رموز جديدة
staff-codes-none = ليس لحسابكم عامل تحقق ثان: كلمة المرور وحدها تحميه.
staff-codes-enrol = إضافة عامل تحقق ثان

# Sessions
staff-sessions-title = جلساتي
staff-sessions-lead = تُغلق الجلسة غير المستعملة بعد 15 دقيقة. أغلقوا الجلسات التي لا تعرفونها ثم غيّروا كلمة المرور.
staff-session-unknown = متصفح غير معروف
staff-session-current = هذه الجلسة
staff-session-opened = فُتحت يوم { $moment }
staff-session-seen = استُعملت يوم { $moment }
staff-session-end = إغلاق
staff-sessions-end-others = إغلاق كل الجلسات الأخرى

# Home
staff-home-title = الرئيسية
staff-home-heading = مرحبا، { $name }
staff-home-work = عملي
staff-done-password = غُيّرت كلمة مروركم وأُغلقت جلساتكم الأخرى.

# Audit log
staff-audit-title = سجل التدقيق
staff-audit-lead = أحدث التسجيلات أولا. لا يمكن تغيير أي منها ولا حذفه: كل تسجيل يحمل بصمة الذي قبله.
staff-audit-empty = لا تسجيلات.
staff-audit-seq = الرقم
staff-audit-at = متى
staff-audit-actor = من
staff-audit-action = ماذا
staff-audit-subject = الموضوع
staff-audit-detail = التفاصيل
staff-audit-older = الأقدم
staff-audit-newest = الأحدث
audit-password-accepted = قُبلت كلمة المرور
audit-signed-in = تسجيل دخول
audit-sign-in-refused = رُفض تسجيل الدخول
audit-second-factor-refused = رُفض الرمز
audit-locked-out = عُلّقت المحاولات
audit-signed-out = تسجيل خروج
audit-password-changed = تغيير كلمة المرور
audit-password-change-refused = رُفض تغيير كلمة المرور
audit-password-reset = إعادة تعيين كلمة المرور
audit-second-factor-enrolled = تفعيل عامل التحقق الثاني
audit-second-factor-reset = سحب عامل التحقق الثاني
audit-recovery-code-used = استعمال رمز طوارئ
audit-recovery-codes-renewed = تجديد رموز الطوارئ
audit-session-revoked = إغلاق جلسة
audit-member-added = إضافة عضو
audit-member-disabled = تعطيل عضو
audit-member-enabled = إعادة تفعيل عضو
audit-roles-set = تعيين الأدوار
audit-customer-viewed = اطلاع على معطيات زبون
audit-personal-data-exported = استخراج المعطيات الخاصة بشخص
audit-erasure-asked = طلب محو معطيات شخص
audit-personal-data-erased = محو معطيات شخص
