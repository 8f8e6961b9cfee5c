import { type Party, type PartyRole, ROLE_NAMES } from '../../../contract/http/disclosure.ts'

/** One party a line: `被害人 张三 未成年`. The words of the roles as people write them. */
const WORDS: Readonly<Record<string, PartyRole>> = {
  ...Object.fromEntries(Object.entries(ROLE_NAMES).map(([role, word]) => [word, role as PartyRole])),
  嫌疑人: 'suspect',
  被不起诉人: 'suspect',
  法定代理人: 'guardian',
}

export interface Read {
  parties: Party[]
  /** Lines that do not say who is who. */
  wrong: string[]
}
export function partiesOf(text: string): Read {
  const read: Read = { parties: [], wrong: [] }
  for (const line of text.split('\n').map((one) => one.trim())) {
    if (line === '') continue
    const [word = '', ...rest] = line.split(/[\s：:]+/)
    const minor = /^未成年/.test(rest.at(-1) ?? '')
    const name = (minor ? rest.slice(0, -1) : rest).join(' ')
    const role = WORDS[word]
    if (!role || name === '') read.wrong.push(line)
    else read.parties.push({ name, role, ...(minor ? { minor } : {}) })
  }
  return read
}
