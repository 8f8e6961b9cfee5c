import { deadLetterTopic, receiptTopic, TOPIC_LEVEL } from '../../contract/topics.ts'

/** The user that is the server itself: it may do all. */
export const SERVER_USER = 'server'

/**
 * A collector speaks only under its own name, on any room: `jc/v1/{site}/{room}/{collector}/…`. A room that does not
 * exist is let through, so that the mistake shows in the quarantine instead of a connection that is cut for ever.
 */
export function mayPublish(site: string, username: string, topic: string): boolean {
  if (topic.startsWith('$')) return false
  if (username === SERVER_USER || topic === deadLetterTopic(site, username)) return true
  const [jc, v1, where, room, who, ...rest] = topic.split('/')
  if (jc !== 'jc' || v1 !== 'v1' || where !== site || who !== username || rest.length === 0) return false
  return TOPIC_LEVEL.test(room ?? '') && !room?.startsWith('_')
}

/** A collector hears only its own receipts. */
export const maySubscribe = (site: string, username: string, filter: string): boolean =>
  username === SERVER_USER || filter === receiptTopic(site, username)
