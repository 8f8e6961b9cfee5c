/** Case numbers are stored normalised with [ ] and shown with 〔〕, in full (visual.md section 7). */
export const caseNumber = (caseNo: string): string => caseNo.replaceAll('[', '〔').replaceAll(']', '〕')
