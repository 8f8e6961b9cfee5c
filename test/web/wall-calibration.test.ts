import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import {
  arcMinutes,
  contrast,
  crossed,
  legibility,
  readableTo,
  sizeRows,
  smallestClear,
} from '../../web/wall/calibration/optics.ts'
import { readCalibration, saveCalibration, USUAL, wallNameOf } from '../../web/wall/calibration/store.ts'
import { SCREENS } from '../../web/wall/layout.ts'

describe('the optics', () => {
  /** visual.md section 3: px, mm, minutes of arc at 5 m and at 3 m on one 55-inch panel. */
  it.each([
    [56, 35.5, 24.4, 40.7],
    [54, 34.3, 23.6, 39.2],
    [46, 29.2, 20.1, 33.4],
    [44, 27.9, 19.2, 32.0],
    [32, 20.3, 14.0, 23.3],
    [30, 19.0, 13.1, 21.8],
    [22, 14.0, 9.6, 16.0],
    [20, 12.7, 8.7, 14.5],
    [16, 10.1, 7.0, 11.6],
    [15, 9.5, 6.5, 10.9],
  ])('agree with the design’s table: %i px', (px, mm, at5, at3) => {
    const of = (distance: number) => sizeRows(0.634, distance).find((row) => row.px === px)
    expect(of(5)?.mm).toBeCloseTo(mm, 0)
    expect(Math.abs((of(5)?.minutes ?? 0) - at5)).toBeLessThan(0.1)
    expect(Math.abs((of(3)?.minutes ?? 0) - at3)).toBeLessThan(0.1)
  })
  it('say from where the smallest text is read', () => {
    expect(smallestClear(sizeRows(0.634, 5))?.px).toBe(30)
    expect(smallestClear(sizeRows(0.634 * 3, 5))?.px).toBe(15)
    expect(smallestClear(sizeRows(0.2, 20))).toBeUndefined()
    expect(arcMinutes(1.454, 5)).toBeCloseTo(1, 2)
    expect(legibility(arcMinutes(20, readableTo(20) * 0.999))).toBe('clear')
    expect([13, 12.9, 9.9].map(legibility)).toEqual(['clear', 'hard', 'unreadable'])
  })
  it('find what a seam goes through: nothing on the wide wall, where the design has put it', () => {
    const wide = SCREENS.find(({ name }) => name === '32x9')
    expect(crossed(wide?.panels ?? [], 1920)).toEqual([])
    expect(crossed(wide?.panels ?? [], 1000)).toEqual(['zeros', 'map', 'alerts'])
  })
  it('reckon contrast as WCAG does', () => {
    expect(contrast('#000000', '#ffffff')).toBeCloseTo(21, 5)
    expect(contrast('#f0f4f7', '#12181e')).toBeCloseTo(16.16, 1)
  })
})

describe('what is saved', () => {
  const kept = new Map<string, string>()
  beforeEach(() => {
    kept.clear()
    vi.stubGlobal('localStorage', {
      getItem: (key: string) => kept.get(key) ?? null,
      setItem: (key: string, text: string) => kept.set(key, text),
      removeItem: (key: string) => kept.delete(key),
    })
  })
  afterEach(() => vi.unstubAllGlobals())
  it('is this wall’s own, comes back, and names it to the server', () => {
    expect(readCalibration()).toEqual(USUAL)
    expect(wallNameOf()).toEqual({})
    const measured = { ...USUAL, name: '指挥大厅主屏', widthMm: 3654, seamsMm: [1218, 2436], at: 1 }
    expect(saveCalibration(measured)).toBeUndefined()
    expect(readCalibration()).toEqual(measured)
    expect(wallNameOf()).toEqual({ wall: '指挥大厅主屏' })
  })
  it('is refused with words when it cannot be, and what is broken counts as never measured', () => {
    expect(saveCalibration({ ...USUAL, widthMm: 3 })).toContain('超出范围')
    expect(saveCalibration({ ...USUAL, distanceM: Number.NaN })).toContain('超出范围')
    kept.set('sanling.calibration', '{"widthMm":"x"}')
    expect(readCalibration()).toEqual(USUAL)
  })
})
