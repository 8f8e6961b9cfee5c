import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { FramesAnswer, FramesAsk, PastAnswer, PastFrame, PastSpan } from '../../contract/past.ts'
import { Player, type PlayState } from '../../web/wall/past/player.ts'
import { readAddress } from '../../web/wall/past/stretch.ts'

/** A replay shows at each instant what was live at that instant, and says where nothing was recorded. */

const T = Date.parse('2026-11-24T01:00:00Z')
const settle = async () => {
  for (let n = 0; n < 20; n += 1) await Promise.resolve()
}

class Records {
  readonly asked: FramesAsk[] = []
  readonly frames: readonly PastFrame[]
  readonly spans: readonly PastSpan[]
  failing = false
  constructor(frames: readonly PastFrame[], spans: readonly PastSpan[]) {
    this.frames = frames
    this.spans = spans
  }
  wallAt = async (at: number): Promise<PastAnswer> => {
    if (this.failing) return { refused: 'unreadable' }
    if (!this.spans.some(({ from, to }) => at >= from && at <= to)) return { refused: 'not-recorded' }
    const panels: Record<string, PastFrame> = {}
    for (const frame of this.frames) if (frame.at <= at) panels[frame.panel] = frame
    return { at, panels }
  }
  framesOf = async (ask: FramesAsk): Promise<FramesAnswer> => {
    this.asked.push(ask)
    return {
      until: ask.to,
      frames: this.frames.filter(({ at }) => at > ask.from && at <= ask.to),
      spans: this.spans
        .filter(({ from, to }) => from <= ask.to && to >= ask.from)
        .map(({ from, to }) => ({ from: Math.max(from, ask.from), to: Math.min(to, ask.to) })),
    }
  }
}
const frame = (panel: string, at: number, n: number): PastFrame => ({ panel, at, readAt: at, data: { n } })

function open(records: Records, stretch: { from: number; to: number }) {
  const shown: { at: number; panels: Record<string, unknown> }[] = []
  const player = new Player(stretch, {
    past: { wallAt: records.wallAt, frames: records.framesOf },
    show: (at, panels) =>
      shown.push({
        at,
        panels: Object.fromEntries([...panels].map(([name, { data }]) => [name, (data as { n: number }).n])),
      }),
  })
  return { player, shown }
}

describe('the player', () => {
  it('shows at each tick what was live then', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.record({ panel: fc.constantFrom('a', 'b'), at: fc.nat({ max: 60_000 }), n: fc.nat() }), {
          maxLength: 30,
        }),
        fc.array(fc.integer({ min: 1, max: 5000 }), { minLength: 1, maxLength: 20 }),
        async (changes, ticks) => {
          const frames = changes.map(({ panel, at, n }) => frame(panel, T + at, n)).sort((a, b) => a.at - b.at)
          const records = new Records(frames, [{ from: T, to: T + 60_000 }])
          const { player, shown } = open(records, { from: T, to: T + 60_000 })
          player.speed = 10
          await player.seek(T)
          for (const ms of ticks) {
            player.tick(ms)
            await settle()
          }
          for (const { at, panels } of shown) {
            const answer = await records.wallAt(at)
            if ('refused' in answer) throw new Error(answer.refused)
            expect(panels).toEqual(
              Object.fromEntries(
                Object.entries(answer.panels).map(([name, { data }]) => [name, (data as { n: number }).n]),
              ),
            )
          }
        },
      ),
      { numRuns: 50 },
    )
  })

  it('stands while paused, ends at the end and begins anew', async () => {
    const { player } = open(new Records([frame('a', T, 1)], [{ from: T, to: T + 10_000 }]), { from: T, to: T + 10_000 })
    player.speed = 10
    await player.seek(T)
    player.pause()
    player.tick(500)
    expect([player.at, player.state]).toEqual([T, 'paused'])
    player.play()
    player.tick(500)
    expect([player.at, player.state]).toEqual([T + 5000, 'playing'])
    player.tick(5000)
    expect([player.at, player.state]).toEqual([T + 10_000, 'ended'])
    player.play()
    await settle()
    expect([player.at, player.state]).toEqual([T, 'playing'])
  })

  it('asks for everything at a speed that can be watched, thinned beyond it', async () => {
    const records = new Records([], [{ from: T, to: T + 7_200_000 }])
    const { player } = open(records, { from: T, to: T + 7_200_000 })
    player.speed = 10
    await player.seek(T)
    player.speed = 600
    await player.seek(T)
    expect(records.asked.map(({ stepMs }) => stepMs)).toEqual([0, 150_000])
  })

  it('says that nothing was recorded, and jumps to where something was', async () => {
    const spans = [
      { from: T, to: T + 10_000 },
      { from: T + 600_000, to: T + 700_000 },
    ]
    const records = new Records([frame('a', T, 1), frame('a', T + 600_000, 2)], spans)
    const { player, shown } = open(records, { from: T, to: T + 700_000 })
    player.speed = 60
    await player.seek(T + 300_000)
    expect([player.state, shown.at(-1)?.panels]).toEqual(['gap', {}])
    player.tick(250)
    await settle()
    expect([player.at, player.state, shown.at(-1)?.panels]).toEqual([T + 600_000, 'playing', { a: 2 }])
  })

  it('says why it cannot go on', async () => {
    const records = new Records([], [])
    records.failing = true
    const { player } = open(records, { from: T, to: T + 1000 })
    await player.seek(T)
    const state: PlayState = player.state
    expect([state, player.problem]).toEqual(['failed', 'unreadable'])
  })
})

describe('the address', () => {
  it('names an instant or a stretch, and nothing else', () => {
    expect(readAddress({ at: '2026-11-24T09:00:00+08:00' })).toEqual({ at: T, replay: null, speed: 60 })
    expect(readAddress({ from: String(T), to: String(T + 5), speed: '10' }).replay).toEqual({ from: T, to: T + 5 })
    expect(readAddress({ from: String(T + 5), to: String(T), speed: '1e9', at: 'soon' })).toEqual({
      at: null,
      replay: null,
      speed: 60,
    })
  })
})
