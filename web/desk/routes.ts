import type { RouteRecordRaw } from 'vue-router'

/** Everything under /desk and /login; each page a lazy chunk of its own, apart from the wall's. */
export interface DeskPage {
  path: string
  title: string
  /** The word of permissions.yaml without which the page is not offered. */
  permission: string
}

/** The bar's order. */
export const DESK_PAGES: readonly DeskPage[] = [
  { path: '/desk/alerts', title: '告警', permission: 'alerts.read' },
  { path: '/desk/tasks', title: '我的任务', permission: 'tasks.read-own' },
  { path: '/desk/cases', title: '流程节点', permission: 'cases.read-own' },
  { path: '/desk/monitoring', title: '流程监控', permission: 'monitoring.read-own' },
  { path: '/desk/draws', title: '随机分案', permission: 'draws.read' },
  { path: '/desk/reviews', title: '评查', permission: 'reviews.read-own' },
  { path: '/desk/disclosure', title: '文书公开', permission: 'disclosure.read-own' },
  { path: '/desk/window', title: '12309 窗口', permission: 'window.read' },
  { path: '/desk/petitions', title: '信访', permission: 'petitions.read-own' },
  { path: '/desk/zeros', title: '三零', permission: 'figures.read' },
  { path: '/desk/mediations', title: '在线调解', permission: 'mediations.read-own' },
  { path: '/desk/patrol', title: '安防巡查', permission: 'patrol.read' },
  { path: '/desk/handover', title: '交接班', permission: 'handover.read' },
  { path: '/desk/drills', title: '告警演练', permission: 'drills.read' },
  { path: '/desk/search', title: '检索', permission: 'search.use' },
  { path: '/desk/sharing', title: '数据共享', permission: 'sharing.read' },
  { path: '/desk/meetings', title: '会议', permission: 'meetings.read' },
  { path: '/desk/sources', title: '采集链路', permission: 'sources.read' },
  { path: '/desk/figures', title: '数据出处', permission: 'figures.read' },
  { path: '/desk/assist', title: '辅助办案', permission: 'assist.case' },
  { path: '/desk/judged', title: '类案库', permission: 'assist.corpus' },
  { path: '/desk/sentencing', title: '量刑试算', permission: 'assist.sentencing' },
  { path: '/desk/entities', title: '要素提取', permission: 'assist.entities' },
  { path: '/desk/people', title: '账号', permission: 'people.read' },
  { path: '/desk/approvals', title: '双人复核', permission: 'approvals.use' },
  { path: '/desk/audit', title: '审计', permission: 'audit.read' },
  { path: '/desk/health', title: '运行状况', permission: 'system.health' },
]

export const deskRoutes: RouteRecordRaw[] = [
  { path: '/login', component: () => import('./login/LoginPage.vue'), meta: { title: '登录' } },
  {
    path: '/desk/print/notice/:id',
    component: () => import('./monitoring/NoticePrint.vue'),
    meta: { title: '流程监控通知书' },
  },
  {
    path: '/desk/print/handover/:id',
    component: () => import('./handover/HandoverPrint.vue'),
    meta: { title: '交接班表' },
  },
  {
    path: '/desk',
    component: () => import('./shell/DeskShell.vue'),
    children: [
      { path: '', component: () => import('./shell/DeskHome.vue') },
      { path: 'alerts/:id?', component: () => import('./alerts/AlertsDesk.vue'), meta: { title: '告警' } },
      { path: 'patrol/:round?', component: () => import('./patrol/PatrolDesk.vue'), meta: { title: '安防巡查' } },
      { path: 'sources/new', component: () => import('./sources/SourceWizard.vue'), meta: { title: '新增来源' } },
      { path: 'sources/:id?', component: () => import('./sources/SourcesDesk.vue'), meta: { title: '采集链路' } },
      { path: 'handover/:id?', component: () => import('./handover/HandoverDesk.vue'), meta: { title: '交接班' } },
      { path: 'drills/:id?', component: () => import('./drill/DrillDesk.vue'), meta: { title: '告警演练' } },
      { path: 'figures/:name?', component: () => import('./figures/FiguresDesk.vue'), meta: { title: '数据出处' } },
      { path: 'meetings/:id?', component: () => import('./meetings/MeetingsDesk.vue'), meta: { title: '会议' } },
      { path: 'tasks', component: () => import('./tasks/TasksDesk.vue'), meta: { title: '我的任务' } },
      { path: 'cases/:id?', component: () => import('./cases/CasesDesk.vue'), meta: { title: '流程节点' } },
      {
        path: 'approvals',
        component: () => import('./approvals/ApprovalsDesk.vue'),
        meta: { title: '双人复核' },
      },
      { path: 'assist/:case?', component: () => import('./assist/AssistDesk.vue'), meta: { title: '辅助办案' } },
      { path: 'judged', component: () => import('./assist/JudgedDesk.vue'), meta: { title: '类案库' } },
      { path: 'sentencing', component: () => import('./assist/SentencingDesk.vue'), meta: { title: '量刑试算' } },
      { path: 'entities', component: () => import('./assist/EntitiesDesk.vue'), meta: { title: '要素提取' } },
      { path: 'people', component: () => import('./people/PeopleDesk.vue'), meta: { title: '账号' } },
      { path: 'security', component: () => import('./me/SecurityPage.vue'), meta: { title: '登录与动态口令' } },
      { path: 'health', component: () => import('./health/HealthDesk.vue'), meta: { title: '运行状况' } },
      { path: 'audit', component: () => import('./audit/AuditDesk.vue'), meta: { title: '审计' } },
      { path: 'help/:page?', component: () => import('./help/HelpDesk.vue'), meta: { title: '用户指南' } },
      { path: 'password', component: () => import('./me/PasswordPage.vue'), meta: { title: '修改口令' } },
      {
        path: 'draws/designations/:id?',
        component: () => import('./assignment/DesignationsDesk.vue'),
        meta: { title: '指定与变更' },
      },
      {
        path: 'draws/members/:id?',
        component: () => import('./assignment/MembersDesk.vue'),
        meta: { title: '参与名单' },
      },
      {
        path: 'draws/load/:id?',
        component: () => import('./assignment/LoadDesk.vue'),
        meta: { title: '负荷台账' },
      },
      {
        path: 'draws/fairness',
        component: () => import('./assignment/FairnessDesk.vue'),
        meta: { title: '公平性' },
      },
      {
        path: 'draws/verify',
        component: () => import('./assignment/VerifyDesk.vue'),
        meta: { title: '复算' },
      },
      { path: 'draws/:id?', component: () => import('./draws/DrawsDesk.vue'), meta: { title: '随机分案' } },
      {
        path: 'monitoring/report',
        component: () => import('./monitoring/ReportDesk.vue'),
        meta: { title: '流程监控月报' },
      },
      {
        path: 'monitoring/checks',
        component: () => import('./monitoring/ChecksDesk.vue'),
        meta: { title: '流程监控检查项' },
      },
      {
        path: 'monitoring/notices/:id?',
        component: () => import('./monitoring/MonitoringDesk.vue'),
        meta: { title: '流程监控通知书' },
      },
      {
        path: 'monitoring/:id?',
        component: () => import('./monitoring/MonitoringDesk.vue'),
        meta: { title: '流程监控' },
      },
      {
        path: 'reviews/samples/:id?',
        component: () => import('./reviews/SamplesDesk.vue'),
        meta: { title: '常规抽查' },
      },
      {
        path: 'reviews/performance',
        component: () => import('./reviews/PerformanceDesk.vue'),
        meta: { title: '业绩档案' },
      },
      {
        path: 'disclosure/:id?',
        component: () => import('./disclosure/DisclosureDesk.vue'),
        meta: { title: '文书公开' },
      },
      {
        path: 'petitions/board',
        component: () => import('./petitions/BoardDesk.vue'),
        meta: { title: '信访指挥板' },
      },
      {
        path: 'petitions/changes',
        component: () => import('./petitions/ChangesDesk.vue'),
        meta: { title: '信访月度变动' },
      },
      {
        path: 'petitions/outbox',
        component: () => import('./petitions/OutboxDesk.vue'),
        meta: { title: '函件与回执' },
      },
      { path: 'petitions/:id?', component: () => import('./petitions/PetitionsDesk.vue'), meta: { title: '信访' } },
      { path: 'sharing', component: () => import('./sharing/SharingHome.vue'), meta: { title: '数据共享' } },
      {
        path: 'sharing/hits/:id?',
        component: () => import('./sharing/HitsDesk.vue'),
        meta: { title: '订阅命中' },
      },
      {
        path: 'sharing/subscriptions/:id?',
        component: () => import('./sharing/SubscriptionsDesk.vue'),
        meta: { title: '数据订阅' },
      },
      {
        path: 'sharing/exchange/:part?',
        component: () => import('./sharing/ExchangeDesk.vue'),
        meta: { title: '数据交换' },
      },
      {
        path: 'sharing/panorama',
        component: () => import('./sharing/PanoramaDesk.vue'),
        meta: { title: '全景' },
      },
      {
        path: 'sharing/dictionary',
        component: () => import('./sharing/DictionaryDesk.vue'),
        meta: { title: '标准采集数据' },
      },
      {
        path: 'sharing/usefulness',
        component: () => import('./sharing/UsefulnessDesk.vue'),
        meta: { title: '来源采用情况' },
      },
      { path: 'search', component: () => import('./search/SearchDesk.vue'), meta: { title: '检索' } },
      { path: 'zeros', component: () => import('./zeros/ZerosDesk.vue'), meta: { title: '三零' } },
      {
        path: 'mediations/:id?',
        component: () => import('./mediations/MediationsDesk.vue'),
        meta: { title: '在线调解' },
      },
      {
        path: 'window/appointments/:id?',
        component: () => import('./window/AppointmentsDesk.vue'),
        meta: { title: '律师预约' },
      },
      { path: 'window/codes', component: () => import('./window/CodesDesk.vue'), meta: { title: '案件查询码' } },
      {
        path: 'window/statistics',
        component: () => import('./window/StatisticsDesk.vue'),
        meta: { title: '统计发布' },
      },
      { path: 'window', redirect: '/desk/window/filings' },
      {
        path: 'window/filings/:id?',
        component: () => import('./window/FilingsDesk.vue'),
        meta: { title: '12309 窗口' },
      },
      { path: 'reviews/:id?', component: () => import('./reviews/ReviewsDesk.vue'), meta: { title: '评查' } },
    ],
  },
]
