import { officeTime } from '../config/zone.ts'
import type { Principal } from './feature.ts'

/** `张某（zhang.wei）2026-11-24 09:30:05`, office time: a copy that turns up elsewhere tells whose it was. */
export const markOf = ({ name, username }: Pick<Principal, 'name' | 'username'>, at: number): string =>
  `${name}（${username}）${officeTime(at).toPlainDateTime().toString({ smallestUnit: 'second' }).replace('T', ' ')}`
