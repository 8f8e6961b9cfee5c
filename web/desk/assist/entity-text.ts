import type { Entity, EntityType } from '../../../contract/http/assist.ts'

export const ENTITY_NAMES: Readonly<Record<EntityType, string>> = {
  person: '人员',
  'id-number': '证件号',
  organisation: '单位',
  time: '时间',
  place: '地点',
  amount: '金额',
  charge: '罪名',
  'law-article': '法条',
  circumstance: '量刑情节',
  'injury-grade': '伤情',
  drug: '毒品',
  alcohol: '酒精含量',
  'document-number': '文书号',
  'case-number': '案号',
  'coercive-measure': '强制措施',
  evidence: '证据',
  plate: '车牌',
  'bank-card': '银行卡',
  phone: '电话',
}

export interface Piece {
  start: number
  text: string
  entity: Entity | null
}

/** The text cut at its entities, which are in order and never over one another. */
export function pieces(text: string, entities: readonly Entity[]): Piece[] {
  const cut: Piece[] = []
  let at = 0
  for (const entity of entities) {
    if (entity.start > at) cut.push({ start: at, text: text.slice(at, entity.start), entity: null })
    cut.push({ start: entity.start, text: text.slice(entity.start, entity.end), entity })
    at = entity.end
  }
  if (at < text.length) cut.push({ start: at, text: text.slice(at), entity: null })
  return cut
}
