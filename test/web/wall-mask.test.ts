import fc from 'fast-check'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { effectScope } from 'vue'
import { masking, setMask, shownOf } from '../../web/live/mask.ts'
import { maskData, maskNumbers, maskText } from '../../web/live/mask-rules.ts'
import { useMask } from '../../web/wall/mask/use-mask.ts'
import { NORMAL } from '../pictures/fixtures/panels.ts'

const H = '●●●'
describe('masked text', () => {
  it.each([
    ['示检捕〔2026〕187号 今日届满', `示检捕〔2026〕${H}号 今日届满`],
    ['示检刑诉受[2026]14999900300号 · 2026-11-27 届满', `示检刑诉受[2026]${H}号 · 2026-11-27 届满`],
    ['车辆 晋A·12D45 未登记', `车辆 车牌${H} 未登记`],
    ['晋AD12345 驶入地下车库', `车牌${H} 驶入地下车库`],
    ['使用人 张三 插入U盘', `使用人 ${H} 插入U盘`],
    ['王小明（工号 100234）三次刷卡被拒', `${H}（工号 ${H}）三次刷卡被拒`],
    ['申请人李某因不服', `申请人${H}因不服`],
    ['欧阳明月 非工作时间进入', `${H} 非工作时间进入`],
    ['身份证 14010119900101123X 已核', `身份证 ${H} 已核`],
    ['来电 199-0000-1234', `来电 ${H}`],
    ['来电 19900001234 与 0351-1234567', `来电 ${H} 与 ${H}`],
    ['JCY-YB-001 病毒未处置', `${H} 病毒未处置`],
    ['不在资产清单 · IP 10.8.1.11 · 网卡 02-1A-2B-F5-AB-72', `不在资产清单 · IP ${H} · 网卡 ${H}`],
  ])('%s', (text, masked) => {
    expect(maskText(text)).toBe(masked)
    // A second run changes nothing.
    expect(maskText(masked)).toBe(masked)
  })
  it.each([
    '涉案财物室 2号门 超时未关',
    '门磁开启 > 30 秒 · 同门事件归并 3 次',
    '高危补丁缺失 7 台',
    '安全岗 A 已到场',
    '电话 8021 断网隔离',
    '09:30:05 起 · 2026-11-24',
    '最近 200 次：偏差在正常范围 p = 0.43',
    '超过 150 秒没有自测事件到达',
  ])('leaves alone what names nobody: %s', (text) => {
    expect(maskText(text)).toBe(text)
  })
  it('keeps 12309, which is an office and not a number of somebody', () => {
    expect(maskText('12309 大厅 1号门')).toBe('12309 大厅 1号门')
  })
  it('lets no case number, plate or identity number through, wherever it stands', () => {
    const chinese = fc.stringMatching(/^[门岗窗未超时关开的 ，。]{0,8}$/)
    const secret = fc.oneof(
      fc.integer({ min: 1, max: 99999999999 }).map((n) => [`〔2026〕${n}号`, `${n}号`] as const),
      fc.stringMatching(/^[A-HJ-NP-Z][A-HJ-NP-Z0-9]{5}$/).map((plate) => [`晋${plate}`, plate] as const),
      fc.stringMatching(/^\d{17}[\dX]$/).map((id) => [id, id] as const),
    )
    fc.assert(
      fc.property(chinese, secret, chinese, (before, [text, inside], after) => {
        expect(maskNumbers(`${before}${text}${after}`)).not.toContain(inside)
      }),
    )
  })
})

describe('masked data', () => {
  it('have the same shape, the same figures, the same moments, and what machines read', () => {
    const masked = maskData(NORMAL)
    const numbers = (value: unknown): unknown =>
      JSON.parse(JSON.stringify(value, (_key, one) => (typeof one === 'string' ? 'text' : one)))
    expect(numbers(masked)).toEqual(numbers(NORMAL))
    expect(masked.alerts.items.map(({ id, cause, owner }) => [id, cause, owner])).toEqual(
      NORMAL.alerts.items.map(({ id, cause, owner }) => [id, cause, owner]),
    )
    expect(JSON.stringify(masked)).not.toMatch(/〔2026〕\d/)
    expect(masked.access).toEqual(maskData(NORMAL.access))
  })
})

describe('the key', () => {
  const kept = new Map<string, string>()
  beforeEach(() => {
    kept.clear()
    vi.useFakeTimers()
    vi.stubGlobal('localStorage', {
      getItem: (key: string) => kept.get(key) ?? null,
      setItem: (key: string, text: string) => kept.set(key, text),
      removeItem: (key: string) => kept.delete(key),
    })
    setMask(false)
  })
  afterEach(() => {
    vi.useRealTimers()
    vi.unstubAllGlobals()
  })
  const open = (answer: boolean | Error) => {
    const told: boolean[] = []
    const scope = effectScope()
    const key = scope.run(() =>
      useMask(async (masked) => {
        told.push(masked)
        if (answer instanceof Error) throw answer
        return answer
      }),
    )
    if (!key) throw new Error('no scope')
    return { ...key, told, close: () => scope.stop() }
  }
  const panel = { items: [{ title: '示检捕〔2026〕187号' }] }

  it('masks at once, whatever the network does, and a reload keeps it', async () => {
    const one = open(new Error('no network'))
    void one.press()
    expect(one.masked.value).toBe(true)
    expect(shownOf(panel).items[0]?.title).toBe(`示检捕〔2026〕${H}号`)
    expect(shownOf(panel)).toBe(shownOf(panel))
    one.close()
    masking.value = false
    expect(open(true).masked.value).toBe(true)
  })
  it('unmasks only with a second press that was written down', async () => {
    setMask(true)
    const one = open(true)
    await one.press()
    expect(one.words.value).toContain('再按一次')
    expect(one.told).toEqual([])
    await one.press()
    expect(one.told).toEqual([false])
    expect(one.masked.value).toBe(false)
    expect(shownOf(panel)).toBe(panel)
    expect(kept.size).toBe(0)
  })
  it.each([[false], [new Error('gone')]])('stays masked when that was not: %s', async (answer) => {
    setMask(true)
    const one = open(answer)
    await one.press()
    await one.press()
    expect(one.masked.value).toBe(true)
    expect(one.words.value).toContain('保持遮蔽')
  })
  it('forgets a first press after some seconds', async () => {
    setMask(true)
    const one = open(true)
    await one.press()
    vi.advanceTimersByTime(6000)
    await one.press()
    expect(one.masked.value).toBe(true)
    expect(one.told).toEqual([])
  })
})
