import { sha256 } from '#crypto';
import { toBase64, utf8 } from '../../../core/encoding.ts';
import { AuditError } from '../../../core/errors.ts';
import { STORY_STYLE, toHtml } from '../../../core/narrative/html.ts';
import { toMarkdown } from '../../../core/narrative/markdown.ts';
import { english } from '../../../core/narrative/messages/en.ts';
import { storyJson } from '../../../core/narrative/story-json.ts';
import type { LogReader } from '../../../core/query/log-reader.ts';
import {
  nestSubTasks,
  queryTimeline,
  type TimelinePage,
  type TimelineRequest,
} from '../../../core/query/timeline.ts';
import { routeOf } from '../../shared/http/operation.ts';
import type { ApiResponse } from '../../shared/http/response.ts';
import { acceptedType } from '../accept.ts';
import { getTimeline } from '../operations/timeline.ts';
import type { ReadApi } from '../ports.ts';
import { maySeePersonal } from '../visibility.ts';

const TYPES = ['application/json', 'text/html', 'text/markdown'] as const;
type MediaType = (typeof TYPES)[number];

/** The page's one style, by its digest: whatever an event held, no other style and no script would count. */
const HTML_POLICY = [
  "default-src 'none'",
  `style-src 'sha256-${toBase64(sha256(utf8(STORY_STYLE)))}'`,
  "frame-ancestors 'none'",
  "base-uri 'none'",
  "form-action 'none'",
].join('; ');

/** What a function can answer is 6 MB, in base64 where it is bytes. */
const LARGEST = 5_000_000;

/** `GET /v1/audit/tasks/{task_id}/timeline`: a task told in plain language, with the records and proofs that it tells. */
export function timelineRoutes({ reader, retainDays }: ReadApi) {
  return [
    routeOf(getTimeline, async ({ params, query: { limit, cursor, time_zone }, header, caller }) => {
      const type = acceptedType(header('accept'), TYPES);
      const audience = {
        messages: english,
        reader: { timeZone: time_zone },
        personal: maySeePersonal(caller),
      };
      const request = { limit, cursor, audience, retainDays: await retainDays() };
      return await answer(await reader(), params.task_id, type, request);
    }),
  ];
}

/** A page that would grow too large to be answered, which takes texts made for it, is told in smaller ones. */
async function answer(
  reader: LogReader,
  taskId: string,
  type: MediaType,
  request: TimelineRequest,
): Promise<ApiResponse> {
  for (let limit = request.limit; ; ) {
    const terms = { ...request, limit };
    const page = await queryTimeline(reader, taskId, terms);
    if (!page) throw new AuditError('not_found', 'There is no record of this task in the log.');
    const body = await render(reader, page, type, terms);
    if (utf8(body).length <= LARGEST || page.events.length === 1) return respond(body, type, page);
    limit = Math.ceil(page.events.length / 2);
  }
}

async function render(
  reader: LogReader,
  page: TimelinePage,
  type: MediaType,
  request: TimelineRequest,
): Promise<string> {
  const { story, ...records } = page;
  if (type === 'application/json') {
    const { personal } = request.audience;
    return JSON.stringify({ ...storyJson(story), ...records, personal, retain_days: request.retainDays });
  }
  const whole = await nestSubTasks(reader, story, request, request.limit - page.events.length);
  return type === 'text/html' ? toHtml(whole, request.audience) : toMarkdown(whole, request.audience);
}

function respond(body: string, type: MediaType, { events, next_cursor }: TimelinePage): ApiResponse {
  return {
    status: 200,
    body,
    headers: {
      'content-type': type === 'application/json' ? type : `${type}; charset=utf-8`,
      vary: 'accept',
      ...(type === 'text/html' ? { 'content-security-policy': HTML_POLICY } : {}),
      ...(next_cursor === null ? {} : { link: `<?cursor=${next_cursor}>; rel="next"` }),
    },
    gives: {
      count: events.length,
      personal: events.some(({ disclosures }) => disclosures !== undefined),
    },
  };
}
