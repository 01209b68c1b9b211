// The requests of the page. An answer that is no success becomes an Error whose message is the server's sentence.

/** The answer to a request; one that is no success is thrown. */
export async function ask(method, path, body, type) {
  let answer;
  try {
    answer = await fetch(path, { method, body, headers: type ? { "Content-Type": type } : {} });
  } catch {
    throw new Error("The program behind this page does not answer. Is it still running? Start it again and reload this page.");
  }
  if (!answer.ok) throw await problemOf(answer);
  return answer;
}

async function problemOf(answer) {
  let detail = null;
  try {
    const problem = await answer.json();
    detail = problem.detail || problem.title;
  } catch {
    // An answer without a body is told by its status.
  }
  const error = new Error(detail || `The studio answered ${answer.status} ${answer.statusText}.`);
  error.status = answer.status;
  return error;
}

export const get = async path => (await ask("GET", path)).json();
export const post = async (path, body) =>
  (
    await ask("POST", path, body === undefined ? undefined : JSON.stringify(body), body === undefined ? undefined : "application/json")
  ).json();
export const remove = path => ask("DELETE", path);
/** Sends a file, with what the user says of how it is to be read. */
export const upload = async (file, reading) =>
  (await ask("POST", `api/data?${new URLSearchParams({ name: file.name, ...reading })}`, file, "application/octet-stream")).json();

/** The path of something of a run. */
export const runPath = (id, what = "") => `api/runs/${encodeURIComponent(id)}${what}`;

/** The path of one column of one series, of so many rows at the most. */
export const pointsPath = (data, series, column, most) =>
  `api/data/${encodeURIComponent(data)}/points?${new URLSearchParams({ series, columns: column, most })}`;

/** Events of a run until it is closed: {state, progress, epoch, result, failed} of functions. */
export const follow = (id, listeners, lost) => listen(runPath(id, "/events"), listeners, lost);

/** Events of a path until it is closed, each kind by its function; lost is told whether the connection is, and whether for good. */
export function listen(path, listeners, lost) {
  const source = new EventSource(path);
  for (const [name, heard] of Object.entries(listeners)) source.addEventListener(name, message => heard(JSON.parse(message.data)));
  source.onopen = () => lost(false);
  source.onerror = () => lost(true, source.readyState === EventSource.CLOSED);
  return () => source.close();
}

/** Reads the events that answer a POST, and calls with each one's data; ends where the server ends or the signal says so. */
export async function stream(path, body, each, signal) {
  const answer = await fetch(path, { method: "POST", body: JSON.stringify(body), headers: { "Content-Type": "application/json" }, signal });
  if (!answer.ok) throw await problemOf(answer);
  const reader = answer.body.pipeThrough(new TextDecoderStream()).getReader();
  for (let rest = ""; ;) {
    const { done, value } = await reader.read();
    if (done) return;
    const blocks = (rest + value).split(/\r?\n\r?\n/);
    rest = blocks.pop();
    for (const block of blocks) {
      const lines = block.split(/\r?\n/);
      const name =
        lines
          .find(line => line.startsWith("event:"))
          ?.slice(6)
          .trim() ?? "message";
      const data = lines
        .filter(line => line.startsWith("data:"))
        .map(line => line.slice(5))
        .join("\n");
      if (name === "done") return;
      if (data) each(JSON.parse(data));
    }
  }
}

/** Asks for the newest of what is wanted, one request at a time. */
export function newest(load, show) {
  let wanted = null,
    busy = false;
  const next = async () => {
    busy = true;
    while (wanted !== null) {
      const now = wanted;
      wanted = null;
      try {
        show(await load(now), now, null);
      } catch (error) {
        show(null, now, error);
      }
    }
    busy = false;
  };
  return what => {
    wanted = what;
    if (!busy) next();
  };
}
