/** A source that delivers drafts 0…N-1 and remembers how far it came; ended by kill -9 wherever it is. */
import { delivery, draft } from './make.ts'

const [url = '', dataDir = '', total = '0'] = process.argv.slice(2)
const tq = delivery(url, dataDir)
tq.start()
const next = () => Number(tq.store.get('next') ?? 0)
while (next() < Number(total)) {
  const from = next()
  const to = Math.min(from + 37, Number(total))
  // An overlap of ten, as a polling source has.
  const drafts = Array.from({ length: to - Math.max(0, from - 10) }, (_, n) => draft(Math.max(0, from - 10) + n))
  await tq.deliver(drafts, { next: String(to) })
}
process.send?.('all delivered')
