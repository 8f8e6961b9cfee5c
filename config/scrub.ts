/**
 * What must never stand in a log, wherever it came from (an error's message, a vendor's line): citizen ID numbers, mobile
 * numbers, bank cards, bearer tokens, passwords in addresses. Works on a whole written line; numbers of JSON fields that
 * are epoch milliseconds (13 digits) stay.
 */
const SCRUBS: readonly (readonly [RegExp, string])[] = [
  // GB 11643: six of region, birth date, three of order, check; with the blanks and hyphens that people put in.
  [
    /(?<![\d.])[1-9]\d{5}[ -]?(?:18|19|20)\d\d[ -]?(?:0[1-9]|1[0-2])[ -]?(?:0[1-9]|[12]\d|3[01])[ -]?\d{3}[\dXx](?!\d)/g,
    '［证件号］',
  ],
  [/(?<![\d.\]〕］])(?:\+?86[ -]?)?1[3-9]\d[ -]?\d{4}[ -]?\d{4}(?![\d.])/g, '［电话］'],
  [/(?<![\d.])62\d{2}[ -]?\d{4}[ -]?\d{4}[ -]?\d{4}(?:[ -]?\d{1,3})?(?!\d)/g, '［卡号］'],
  [/\bBearer\s+[\x21-\x7e]{8,}?(?=["'\s,}]|$)/gi, 'Bearer ［令牌］'],
  [/(\w+:\/\/[^\s:/@"]+):[^\s/@"]+@/g, '$1:［口令］@'],
]

export const scrub = (line: string): string =>
  SCRUBS.reduce((text, [what, instead]) => text.replace(what, instead), line)
