import { crc32, deflateSync } from 'node:zlib'
import { SHEET, type Strokes } from '../../contract/http/mediations.ts'

/**
 * A drawn signature as PNG (RFC 2083), 8-bit grey, black on white, drawn from its strokes: what an outsider sends is
 * numbers, never a file. The same strokes give the same bytes.
 */
const PEN = 2.2

export function drawSignature(strokes: Strokes): Buffer {
  const { width, height } = SHEET
  const sheet = Buffer.alloc(width * height, 255)
  for (const stroke of strokes)
    stroke.forEach((to, at) => {
      line(sheet, stroke[at - 1] ?? to, to)
    })
  const rows = Buffer.alloc((width + 1) * height)
  for (let y = 0; y < height; y++) sheet.copy(rows, y * (width + 1) + 1, y * width, (y + 1) * width)
  const head = Buffer.alloc(13)
  head.writeUInt32BE(width, 0)
  head.writeUInt32BE(height, 4)
  head.set([8, 0, 0, 0, 0], 8)
  const signature = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a])
  return Buffer.concat([
    signature,
    chunk('IHDR', head),
    chunk('IDAT', deflateSync(rows)),
    chunk('IEND', Buffer.alloc(0)),
  ])
}

type Point = readonly [number, number]
/** Stamps a soft disc every half pixel: what it costs grows with the length of the line, which rules.ts bounds. */
function line(sheet: Buffer, from: Point, to: Point): void {
  const [dx, dy] = [to[0] - from[0], to[1] - from[1]]
  const steps = Math.max(1, Math.ceil(Math.hypot(dx, dy) * 2))
  for (let step = 0; step <= steps; step++) stamp(sheet, from[0] + (dx * step) / steps, from[1] + (dy * step) / steps)
}
function stamp(sheet: Buffer, x: number, y: number): void {
  const { width, height } = SHEET
  for (let row = Math.max(0, Math.floor(y - 3)); row <= Math.min(height - 1, Math.ceil(y + 3)); row++)
    for (let column = Math.max(0, Math.floor(x - 3)); column <= Math.min(width - 1, Math.ceil(x + 3)); column++) {
      const grey = Math.round(255 * Math.max(0, Math.min(1, Math.hypot(column - x, row - y) - PEN + 0.5)))
      const at = row * width + column
      if (grey < (sheet[at] ?? 255)) sheet[at] = grey
    }
}

function chunk(type: string, body: Buffer): Buffer {
  const out = Buffer.alloc(12 + body.length)
  out.writeUInt32BE(body.length, 0)
  out.write(type, 4, 'latin1')
  body.copy(out, 8)
  out.writeUInt32BE(crc32(out.subarray(4, 8 + body.length)), 8 + body.length)
  return out
}
