/** Closed lists by which a sentence of a record is told apart; each rule can name the words it went by. */

/** What a sentence is about. The last group that fits stands first where several do. */
export const TOPICS = [
  { id: 'report', name: '报案、到案', words: /报警|报案|110|投案|自首|到案|抓获|传唤|出警|派出所/u },
  { id: 'return', name: '退还、赔偿', words: /退还|退给|退赃|退赔|还给|归还|赔偿|赔了|赔给|谅解|垫付|发还/u },
  { id: 'sale', name: '销赃、变卖', words: /销赃|变卖|卖给收|卖掉|卖了|卖到|典当|抵押|废品|二手/u },
  { id: 'deal', name: '毒品交易', words: /冰毒|毒品|海洛因|麻古|毒资/u },
  {
    id: 'pay',
    name: '给付钱款',
    words:
      /转账|汇款|汇给|转给|转了|打款|打给|打了.{0,6}(?:元|块)|付了|付给|支付|交了|交给|借给|借了|给了?[\u4e00-\u9fa5]{0,4}[\d一二三四五六七八九十两]+.{0,6}(?:元|块)|收了|收到|骗走|骗了|被骗|给.{0,3}钱|付.{0,2}钱|(?:元|块|钱|款|现金).{0,4}(?:给了|交给|拿给|递给)/u,
  },
  {
    id: 'take',
    name: '拿走财物',
    words:
      /偷|盗|窃|拿走|拿了(?!把|一把|根|一根|块|一块|着)|掏|顺走|抢|夺|撬|翻窗|翻墙|被盗|丢了|丢的|不见了|损失|少了/u,
  },
  {
    id: 'strike',
    name: '动手伤人',
    words:
      /打(?!电话|车|工|的|开|听|算|扫|麻将|牌|扑克|款|给|招呼|印|包|烊|断)|殴|捅|砍|踢|砸|刺|踹|扎|抡|扇|推倒|动手|冲突|撕扯/u,
  },
] as const
export type Topic = (typeof TOPICS)[number]['id']
export const topicName = (id: string): string => TOPICS.find((one) => one.id === id)?.name ?? id
/** What happened, and not what came after it. */
export const DEEDS: readonly Topic[] = ['take', 'strike', 'pay', 'deal']

/** What an amount is for; amounts for different things are never held against each other. */
export const OBJECTS =
  /(?<x>现金|电动车|电瓶车|摩托车|手机(?!银行|号|转)|笔记本电脑|电脑|平板|项链|戒指|手镯|金条|香烟|电缆|铜线|钢材|钱包|手表|相机|医药费|医疗费|误工费|定金|押金|保证金|手续费|好处费|中介费|会费|货款|工程款|彩礼|冰毒|毒品)/gu
export const SAME_OBJECT: Readonly<Record<string, string>> = {
  电瓶车: '电动车',
  笔记本电脑: '电脑',
  医疗费: '医药费',
  钱包: '现金',
  毒品: '冰毒',
}
export const TOTAL = /一共|共计|总共|合计|总计|加起来|前后|累计/u

/** Classes of one group exclude each other. */
export const MANNERS = [
  { group: 'tool', name: '工具', class: '刀具', words: /水果刀|菜刀|匕首|折叠刀|砍刀|弹簧刀|剔骨刀|美工刀|刀子|刀/u },
  {
    group: 'tool',
    name: '工具',
    class: '棍棒',
    words: /木棍|铁棍|钢管|铁管|棒球棒|棒球棍|甩棍|棍子|木棒|拖把|擀面杖|棍/u,
  },
  { group: 'tool', name: '工具', class: '砖石', words: /砖头|石头|板砖|砖块|石块|半块砖/u },
  { group: 'tool', name: '工具', class: '酒瓶', words: /啤酒瓶|酒瓶|玻璃瓶|瓶子/u },
  { group: 'tool', name: '工具', class: '桌椅', words: /凳子|椅子|板凳|塑料凳/u },
  {
    group: 'tool',
    name: '工具',
    class: '拳脚',
    words: /拳头|用拳|拳打脚踢|巴掌|耳光|用脚|徒手|空手|拳脚|一拳|几拳|一脚|几脚/u,
  },
  {
    group: 'entry',
    name: '进入方式',
    class: '破坏门锁',
    words: /撬锁|撬门|撬开|撬棍|剪断.{0,4}锁|砸锁|破坏.{0,3}锁|技术开锁|螺丝刀/u,
  },
  { group: 'entry', name: '进入方式', class: '翻窗翻墙', words: /翻窗|翻墙|爬窗|从窗户|窗户爬|窗户翻|翻进/u },
  { group: 'entry', name: '进入方式', class: '用钥匙', words: /用.{0,6}钥匙|配的钥匙|备用钥匙|钥匙开/u },
  { group: 'entry', name: '进入方式', class: '门未锁', words: /门没锁|没有?锁门|门没关|门是开着|虚掩|没上锁/u },
  { group: 'payment', name: '给付方式', class: '现金', words: /现金|现钱/u },
  { group: 'payment', name: '给付方式', class: '微信', words: /微信/u },
  { group: 'payment', name: '给付方式', class: '支付宝', words: /支付宝/u },
  { group: 'payment', name: '给付方式', class: '银行转账', words: /银行转账|银行卡|网银|柜台|手机银行/u },
] as const
export const NEGATED = /没有?|不是|并未|未曾|从没|没用|没拿|不曾/u
/** What is told of others, dreamt, asked or threatened is no account of what happened. */
export const HEARSAY = /听说|好像|可能是|应该是|不清楚|记不清|不知道|不记得|如果|威胁说|扬言/u
export const DENIAL =
  /我(?:真的|根本|从来)?(?:没有?|没|未)(?:打|动手|偷|拿|捅|砍|踢|骗|卖|收|碰|参与|还手)|不是我(?:打|偷|拿|捅|砍|干|卖|骗|做)/u
