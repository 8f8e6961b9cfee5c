import type { Chance } from '../../../collectors/office/random.ts'
import type { Party, PartyRole } from '../../../contract/http/disclosure.ts'

/** Made-up people: Chinese with simple and compound surnames, minority and foreign; numbers that nobody has. */
const SURNAMES = Array.from('赵钱孙李周吴郑王冯陈褚卫蒋沈韩杨朱秦许何吕施张孔曹严华金魏陶姜')
const COMPOUND = ['欧阳', '上官', '司马', '诸葛', '慕容', '令狐', '皇甫', '尉迟']
const GIVEN = Array.from('伟芳娜敏静丽强磊洋艳勇军杰娟涛超秀霞平刚桂英毅琳晨昊淼鑫睿翊蕾骞')
const MINORITY = [
  '阿卜杜拉·买买提',
  '古丽娜尔·艾合买提',
  '扎西·多吉',
  '乌日图·巴特尔',
  '努尔兰·哈布力',
  '卓玛·拉姆次仁',
]
const FOREIGN = ['John Smithson', 'Maria Gonzales', 'Oleksandr Petrenko', 'Thomas Mueller']

export function personName(chance: Chance): string {
  const given = () => chance.pick(GIVEN) + (chance.hit(0.65) ? chance.pick(GIVEN) : '')
  return chance.weighted<() => string>([
    [80, () => chance.pick(SURNAMES) + given()],
    [8, () => chance.pick(COMPOUND) + given()],
    [8, () => chance.pick(MINORITY)],
    [4, () => chance.pick(FOREIGN)],
  ])()
}

/** A cast of different names, of which none is part of another, so that truth is clear. */
export function castOf(chance: Chance, roles: readonly PartyRole[], officials: number) {
  const taken: string[] = []
  const fresh = (): string => {
    for (;;) {
      const name = personName(chance)
      if (taken.some((other) => other.includes(name) || name.includes(other))) continue
      taken.push(name)
      return name
    }
  }
  const parties = roles.map((role): Party => ({ name: fresh(), role }))
  const staff = Array.from({ length: officials }, () => {
    for (let name = fresh(); ; name = fresh()) if (/^\p{Script=Han}{2,3}$/u.test(name)) return name
  })
  return { parties, staff }
}

const two = (value: number): string => String(value).padStart(2, '0')
const digits = (chance: Chance, count: number): string => Array.from({ length: count }, () => chance.int(0, 9)).join('')

/** Region 149999 does not exist; half with the check digit that fits, half with one that does not. */
export function idNumber(chance: Chance): string {
  const body = `149999${chance.int(1950, 2007)}${two(chance.int(1, 12))}${two(chance.int(1, 28))}${digits(chance, 3)}`
  if (chance.hit(0.1)) return body.slice(0, 6) + body.slice(8, 17)
  const weights = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2]
  const sum = weights.reduce((total, weight, at) => total + weight * Number(body[at]), 0)
  return body + '10X98765432'[(sum + (chance.hit(0.5) ? 1 : 0)) % 11]
}
export const phone = (chance: Chance): string => `1990000${digits(chance, 4)}`
export function bankCard(chance: Chance): string {
  const body = `622200${digits(chance, chance.pick([9, 12]))}`
  let sum = 0
  for (let at = body.length - 1, twice = true; at >= 0; at--, twice = !twice) {
    const digit = Number(body[at])
    sum += twice ? (digit > 4 ? digit * 2 - 9 : digit * 2) : digit
  }
  return body + ((10 - (sum % 10)) % 10)
}
export const plate = (chance: Chance): string =>
  `晋${chance.pick(Array.from('ABCDEF'))}${chance.hit(0.2) ? `D${digits(chance, 5)}` : digits(chance, 5)}`
export const birthDate = (chance: Chance): string =>
  `${chance.int(1950, 2004)}年${chance.int(1, 12)}月${chance.int(1, 28)}日`
export const email = (chance: Chance): string => `user${digits(chance, 4)}@mail${chance.int(1, 9)}.example.com`
export const wechat = (chance: Chance): string =>
  `wx_${chance.pick(['lin', 'rain', 'sky', 'moon'])}${digits(chance, 4)}`
export const qq = (chance: Chance): string => String(chance.int(10_000_000, 999_999_999))
export const passport = (chance: Chance): string => `E${digits(chance, 8)}`
export const homeAddress = (chance: Chance): string =>
  chance.weighted<() => string>([
    [
      5,
      () =>
        `${chance.pick(['幸福', '和平', '解放北', '建设南', '滨河西'])}路${chance.int(1, 300)}号${chance.int(1, 12)}号楼${chance.int(1, 4)}单元${chance.int(101, 2502)}室`,
    ],
    [
      3,
      () =>
        `${chance.pick(['东张', '南庄', '北关'])}镇${chance.pick(['西李', '前进', '下王'])}村${chance.int(1, 90)}号`,
    ],
    [2, () => `${chance.pick(['阳光', '锦绣', '翠湖'])}小区${chance.int(1, 30)}栋${chance.int(101, 2502)}室`],
  ])()
