using System.Collections.Frozen;

namespace Unroll.Forecasting;

/// <summary>What the name of a column says about the dates in it.</summary>
internal enum DateRole
{
    None,
    Date,
    Time,
    Year,
    Month,
    Day,
    Hour,
    Minute,
    Second,
    Quarter,
    Week,
    DayOfYear,
}

/// <summary>The names that columns of dates have, in some languages.</summary>
internal static class DateNames
{
    private static readonly FrozenDictionary<string, DateRole> s_roles = Roles(
        (DateRole.Date, "date dates datetime dateandtime timestamp timestamps datum fecha data datetimeutc dateutc utc utctime timeutc ds"
            + " ts dt epoch unix unixtime unixtimestamp period periode période periodo período asof dato datetimelocal datumzeit"
            + " datumuhrzeit zeitpunkt zeitstempel zeitraum horodatage fechahora fechayhora dataora datahora tradedate tradingday"
            + " tradingdate yearmonth yearmonthday yyyymm yyyymmdd ym ymd jahrmonat observationdate timeperiod"
            + " timestart starttime timefrom"),
        (DateRole.Time, "time uhrzeit zeit heure hora ora tijd timeofday clock"),
        (DateRole.Year, "year yr yyyy jahr année annee an año ano anno jaar"),
        (DateRole.Month, "month mon mm monat mois mes mese mês maand"),
        (DateRole.Day, "day dd dom dayofmonth tag jour día dia giorno dag"),
        (DateRole.Hour, "hour hr hh hours stunde std heures horas hourofday hourending he uur"),
        (DateRole.Minute, "minute minutes min minuto"),
        (DateRole.Second, "second seconds sec sekunde seconde segundo"),
        (DateRole.Quarter, "quarter qtr q quartal trimestre trim kwartaal"),
        (DateRole.Week, "week weeks wk kw isoweek weekofyear weeknumber woche kalenderwoche semaine semana weekno"),
        (DateRole.DayOfYear, "doy yday jday dayofyear julianday julian"));

    private static readonly string[] s_ends = ["date", "time", "datum", "timestamp"];

    /// <summary>Columns that may count the rows where nothing is a date.</summary>
    private static readonly FrozenSet<string> s_counters =
        ("index idx t n i step hour hours day days week weeks month months period time year years no nr obs observation id row rownumber"
            + " unnamed column number").Split(' ').ToFrozenSet();

    public static DateRole Role(string name)
    {
        string plain = Plain(name);
        if (s_roles.TryGetValue(plain, out DateRole role))
            return role;
        return EndsAsDate(plain) ? DateRole.Date : DateRole.None;
    }

    /// <summary>
    /// Whether a column is named as nothing but the date is, and not only as one date among others, such as an order date.
    /// </summary>
    public static bool IsExact(string name) => s_roles.ContainsKey(Plain(name));

    public static bool IsMonth(string name) =>
        Plain(name) is "month" or "monat" or "mois" or "mes" or "yearmonth" or "yyyymm" or "ym" or "jahrmonat";

    public static bool IsCounter(string name) => Plain(name) is { } plain && (plain.Length == 0 || s_counters.Contains(plain));

    /// <summary>
    /// Which readings of nothing but a number the name allows: where it does not speak of dates, only yyyyMMdd, which hardly anything else
    /// is by chance.
    /// </summary>
    public static DateReadings Numbers(string name) => Plain(name) == "data" ? DateReadings.Days : Role(name) switch
    {
        DateRole.Date when EndsApart(name) || Plain(name) is "date" or "datetime" or "timestamp" or "datum" or "fecha" or "tradedate"
            => DateReadings.All,
        DateRole.Date when IsExact(name) => DateReadings.All & ~DateReadings.SpreadsheetDays,
        DateRole.Time => DateReadings.Years | DateReadings.Figures | DateReadings.Unix,
        DateRole.Year => DateReadings.Years | DateReadings.Days,
        DateRole.Month => DateReadings.Months | DateReadings.Days,
        DateRole.Day => DateReadings.SpreadsheetDays | DateReadings.Days,
        DateRole.Hour => DateReadings.Hours | DateReadings.Days,
        DateRole.Minute => DateReadings.Minutes | DateReadings.Days,
        DateRole.Second => DateReadings.Seconds | DateReadings.Days,
        _ => DateReadings.Days,
    };

    private static bool EndsAsDate(string plain) => s_ends.Any(end => plain.EndsWith(end, StringComparison.Ordinal));

    /// <summary>Whether the name ends with a word for a date that is a word of its own: order_date and OrderDate, not update.</summary>
    private static bool EndsApart(string name)
    {
        string trimmed = name.TrimEnd([.. name.Where(letter => !char.IsLetter(letter))]);
        foreach (string end in s_ends)
        {
            int start = trimmed.Length - end.Length;
            if (start > 0 && trimmed.EndsWith(end, StringComparison.OrdinalIgnoreCase)
                && (char.IsUpper(trimmed[start]) || !char.IsLetter(trimmed[start - 1])))
                return end != "time";
        }

        return false;
    }

    private static string Plain(string name) => new([.. name.Where(char.IsLetter).Select(char.ToLowerInvariant)]);

    private static FrozenDictionary<string, DateRole> Roles(params (DateRole Role, string Names)[] all) =>
        all.SelectMany(one => one.Names.Split(' '), (one, name) => (name, one.Role)).ToFrozenDictionary(one => one.name, one => one.Role);
}
