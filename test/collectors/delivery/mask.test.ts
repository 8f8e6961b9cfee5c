import { expect, test } from 'vitest'
import { masked } from '../../../collectors/delivery/mask.ts'

test.each([
  ['<999>Nov 24 10:21:07 host tq: {"name":"张三","card":"123456"}', ['张三', '123456', 'tq']],
  ['<134>Nov 24 10:21:07 tq-mgr tianqing: {"login_account":"zhangsan","x":{"y":"lisi', ['zhangsan', 'lisi']],
  ['CEF:0|V|P|1|sig|name|3|duser=lisi msg=王五 来过 src=10.1.2.3', ['lisi', '王五', '10.1.2.3']],
  ['张三 13800138000', ['张三', '13800138000']],
])('says nothing of what is in it: %s', (text, secrets) => {
  for (const secret of secrets) expect(masked(text)).not.toContain(secret)
})

test('keeps the keys, so that a person sees what kind of message it was', () => {
  expect(masked('<134>Nov 24 10:21:07 tq-mgr tianqing: {"login_account":"zhangsan","state":1}')).toContain(
    '"login_account":',
  )
})
