/** 部门受案号 such as `山东省院起诉受[2016]37000000031号` (protocols.md 4.1). */
const PATTERN = /^[\u4e00-\u9fffA-Za-z0-9·-]*受\[(1|2)\d{3}\]\d{8,16}号$/

/** Full width → ASCII, all kinds of brackets → `[ ]`, no spaces, zero-width characters or the apostrophe of text cells. */
export const normaliseNumber = (text: string): string =>
  text
    .normalize('NFKC')
    .replace(/[〔【［[(（﹝]/g, '[')
    .replace(/[〕】］\])）﹞]/g, ']')
    .replace(/[\s\u200b-\u200f\u2060\ufeff'’‘`"]/g, '')

export const isCaseNumber = (text: string): boolean => PATTERN.test(text)

/** `3.70E+15`: the spreadsheet program has thrown digits away. */
export const hasLostDigits = (text: string): boolean => /^\d+(\.\d+)?e\+?\d+$/i.test(text.trim())
