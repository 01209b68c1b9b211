const minus = text => text.replaceAll("-", "−");

/** A figure of the data or an error, with about five digits. */
export function figure(value) {
  if (value === null || value === undefined || !Number.isFinite(value)) return "–";
  const size = Math.abs(value);
  if (size !== 0 && (size < 1e-4 || size >= 1e12)) return minus(value.toExponential(3));
  if (size < 1) return minus(value.toLocaleString("en-US", { maximumSignificantDigits: 4 }));
  return minus(value.toLocaleString("en-US", { maximumFractionDigits: size >= 1e6 ? 0 : size >= 10 ? 2 : 3 }));
}

/** A figure with the same number of decimals as others of its size, for columns of errors and for what changes before one's eyes. */
export function error(value) {
  const size = Math.abs(value);
  if (value === null || value === undefined || !Number.isFinite(value) || (size !== 0 && (size < 1e-4 || size >= 1e6)))
    return figure(value);
  const decimals = size >= 10 ? 2 : size >= 1 ? 3 : 4;
  return minus(value.toLocaleString("en-US", { minimumFractionDigits: decimals, maximumFractionDigits: decimals }));
}

/** A skill, which is compared by its third decimal. */
export const skill = value =>
  value === null || value === undefined || !Number.isFinite(value) ? "–" : minus(value.toFixed(3).replace(/^-(0\.0*)$/, "$1"));

/** A sentence whose figures stay with their signs. */
export const sentence = text => text.replaceAll(" %", "\u00a0%");

/** A label of an axis. */
export function tick(value) {
  const size = Math.abs(value);
  return minus(
    size !== 0 && (size < 1e-4 || size >= 1e9)
      ? Number(value.toPrecision(6)).toExponential()
      : value.toLocaleString("en-US", { maximumFractionDigits: 8 }),
  );
}

export const whole = value =>
  value === null || value === undefined ? "–" : minus(value.toLocaleString("en-US", { maximumFractionDigits: 0 }));
export const percent = (value, decimals = 1) =>
  value === null || value === undefined ? "–" : `${minus((value * 100).toFixed(decimals))} %`;

/** How long something takes. */
export function duration(seconds) {
  if (seconds === null || seconds === undefined || !Number.isFinite(seconds)) return "–";
  if (seconds < 10) return `${seconds.toFixed(1)} s`;
  if (seconds < 90) return `${Math.round(seconds)} s`;
  if (seconds < 5400) return `${Math.round(seconds / 60)} min`;
  return `${Math.floor(seconds / 3600)} h ${Math.round((seconds % 3600) / 60)} min`;
}

export const plural = (count, one, many = `${one}s`) => `${whole(count)} ${count === 1 ? one : many}`;

/** Where on an axis a date is: seconds since 1970 as if in UTC, or the number of a row. */
export function place(date) {
  if (typeof date === "number" || /^-?\d+$/.test(date)) return Number(date);
  return Date.parse(/(Z|[+-]\d\d:?\d\d)$/.test(date) || date.length <= 10 ? date : `${date}Z`) / 1000;
}

export const isNumbered = dates => dates.length > 0 && (typeof dates[0] === "number" || /^-?\d+$/.test(dates[0]));

/** A date as the file has it, without a time of day where it is midnight. */
export const dateText = date =>
  String(date)
    .replace(/T00:00(:00(\.0+)?)?$/, "")
    .replace("T", " ");

const months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];

/** Labels of an axis of dates: what changes from one to the next, with the larger unit below where it is another one. */
export function dateTicks(places, increment) {
  let year = null,
    day = null;
  return places.map(at => {
    const date = new Date(at * 1000),
      y = date.getUTCFullYear(),
      d = `${date.getUTCDate()} ${months[date.getUTCMonth()]}`;
    let text = String(y),
      below = "";
    if (increment < 86400) {
      text = date.toISOString().slice(11, increment < 60 ? 19 : 16);
      below = d === day ? "" : d;
    } else if (increment < 360 * 86400) {
      text = increment < 28 * 86400 ? d : months[date.getUTCMonth()];
      below = y === year ? "" : String(y);
    }
    year = y;
    day = d;
    return below ? `${text}\n${below}` : text;
  });
}

/** The text of a place on an axis. */
export function placeText(at, numbered) {
  if (numbered) return whole(at);
  const iso = new Date(at * 1000).toISOString();
  return iso.endsWith("T00:00:00.000Z") ? iso.slice(0, 10) : iso.slice(0, 16).replace("T", " ");
}

export const states = {
  waiting: "waiting",
  training: "training",
  paused: "paused",
  judging: "being judged",
  done: "done",
  stopped: "stopped early",
  failed: "failed",
  interrupted: "interrupted",
};

export const runTitle = run => run.name || `${(run.targets ?? []).join(", ")}, ${plural(run.horizon, "row")} ahead`;
