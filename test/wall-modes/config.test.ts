import { describe, expect, it } from 'vitest'
import { Screens } from '../../config/schema.ts'
import { demoConfig } from '../helpers/office.ts'

describe('the carousel in config/screens/wall.yaml', () => {
  it('begins with the screen that red alerts come back to', () => {
    const { screens, carousel } = demoConfig().screens
    expect(carousel.length).toBeGreaterThan(0)
    const turned = carousel.map((one) => ({ ...one, pages: one.pages.toReversed() }))
    expect(Screens.safeParse({ screens, carousel }).success).toBe(true)
    expect(Screens.safeParse({ screens, carousel: turned }).success).toBe(false)
  })
  it('may be left out', () => {
    expect(Screens.parse({ screens: demoConfig().screens.screens }).carousel).toEqual([])
  })
})
