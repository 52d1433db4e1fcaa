# Navigation
staff-nav-portal = مؤسستي
staff-nav-portal-about = آخر مدفوعاتكم، وما يُحوَّل إليكم مع ملفاته، وهويتكم البصرية.

portal-title = مؤسستي
portal-held = التحصيل موقوف
portal-held-lead = لا يقبل مشغّل الخدمة أي أداء جديد لفائدتكم في الوقت الحالي. أما الأداءات التي بدأت فتُستكمل.
portal-held-since = منذ { $at }
portal-none = لا أداء لفائدتكم إلى الآن. تظهر الأداءات هنا بمجرد أن يبدأ المؤدي.
portal-all-payments = جميع الأداءات
portal-windows = آخر نوافذ التسوية
portal-files = الملفات
portal-all-windows = جميع النوافذ
portal-more = متاح لكم أيضا
portal-report = تقرير: { $what }
portal-branding-about = شعاركم وألوانكم ونصوصكم كما يراها المؤدون.
