/** What a failed connection says of itself, in words: codes of Node (errno), OpenSSL, PostgreSQL (SQLSTATE) and MQTT. */
const WORDS: readonly [pattern: RegExp, words: string][] = [
  // MQTT says this behind “Connection refused”.
  [/28P01|28000|password authentication failed|not authorized|bad user ?name/i, '账号或口令不对'],
  [/ECONNREFUSED|connection refused/i, '那里没有程序在监听（服务没有启动，或地址、端口不对）'],
  [/ETIMEDOUT|timeout|timed out|TimeoutError|connack/i, '没有在时限内应答（网络不通、被防火墙拦下，或服务停住）'],
  [/ENOTFOUND|EAI_AGAIN/, '主机名无法解析'],
  [/ECONNRESET|socket hang up|closed|EPIPE/i, '连接被对方断开（端口不对，或一边用 TLS 一边没用）'],
  [/EHOSTUNREACH|ENETUNREACH/, '网络不可达'],
  [/ENOENT/, '文件不存在'],
  [/EACCES|EPERM/, '没有权限'],
  [/CERT_HAS_EXPIRED|certificate has expired/, '对方的证书已过期'],
  [/ALTNAME|does not match certificate/, '对方证书上的名称与所写地址不符'],
  [/SELF_SIGNED|UNABLE_TO|self.signed|unable to (verify|get)/i, '对方的证书不是 caFile 里的机构签发的'],
  [/WRONG_VERSION_NUMBER|EPROTO|wrong version/, '对方没有用 TLS，或 TLS 版本不合'],
  [/3D000|database .* does not exist/, '没有这个数据库'],
  [/53300|too many clients/, '连接数已满'],
  [/57P03|starting up/, '数据库正在启动'],
]

/** `那里没有程序在监听（…）：connect ECONNREFUSED 127.0.0.1:1`; what nobody has a word for is told as it is. */
export function wordsOf(error: unknown): string {
  const { message, code, cause } = error as { message?: string; code?: unknown; cause?: unknown }
  const inner = cause as { message?: string; code?: unknown } | undefined
  // Several addresses tried in turn: an AggregateError has no message of its own.
  const told = [message, inner?.message].find((text) => text && text !== 'fetch failed') ?? String(code ?? error)
  const all = [told, code, inner?.code, message].filter(Boolean).join(' ')
  const words = WORDS.find(([pattern]) => pattern.test(all))?.[1]
  return words ? `${words}：${told}` : told
}
