using System.Collections.Frozen;
using System.Text;

namespace Unroll.Forecasting;

/// <summary>Words in dates: the names of months and of days of the week in some languages, and the short names of time zones.</summary>
internal static class DateWords
{
    private const int Longest = 24;

    /// <summary>
    /// The months by name in English, German, French, Spanish, Italian, Portuguese and Dutch, whole and short. No word means two months.
    /// </summary>
    private static readonly FrozenDictionary<string, int> s_months = Number(
    [
        "january jan januar jän jan jaen jänner janvier janv enero ene gennaio gen janeiro januari",
        "february feb febr februar feber février fevrier févr fevr fév fev febrero febbraio fevereiro februari",
        "march mar mär märz maerz mrz mars marzo março marco maart mrt",
        "april apr avril avr abril abr aprile",
        "may mai mayo maggio mag maio mei",
        "june jun juni juin junio giugno giu junho",
        "july jul juli juillet juil julio luglio lug julho",
        "august aug août aout agosto ago augustus",
        "september sep sept septembre septiembre settembre set setembro",
        "october oct oktober okt octobre octubre ottobre ott outubro out",
        "november nov novembre noviembre novembro",
        "december dec dezember dez décembre decembre déc diciembre dic dicembre dezembro",
    ]);

    private static readonly FrozenSet<string> s_weekdays = Words(
        "monday mon tuesday tue tues wednesday wed weds thursday thu thur thurs friday fri saturday sat sunday sun",
        "montag mo dienstag di mittwoch mi donnerstag do freitag fr samstag sonnabend sa sonntag so",
        "lundi lun mardi mar mercredi mer jeudi jeu vendredi ven samedi sam dimanche dim",
        "lunes martes miércoles mié mie jueves jue viernes vie sábado sáb sab domingo dom",
        "lunedì martedì mercoledì giovedì gio venerdì sabato domenica",
        "segunda seg terça ter quarta qua quinta qui sexta sex",
        "maandag ma dinsdag woensdag wo donderdag vrijdag vr zaterdag za zondag zo");

    private static readonly FrozenDictionary<string, int> s_zones = new Dictionary<string, int>
    {
        ["utc"] = 0,
        ["gmt"] = 0,
        ["wet"] = 0,
        ["west"] = 60,
        ["cet"] = 60,
        ["mez"] = 60,
        ["cest"] = 120,
        ["mesz"] = 120,
        ["eet"] = 120,
        ["eest"] = 180,
        ["est"] = -300,
        ["edt"] = -240,
        ["cdt"] = -300,
        ["mst"] = -420,
        ["mdt"] = -360,
        ["pst"] = -480,
        ["pdt"] = -420,
    }.ToFrozenDictionary();

    private static readonly FrozenDictionary<string, int>.AlternateLookup<ReadOnlySpan<char>> s_monthOf =
        s_months.GetAlternateLookup<ReadOnlySpan<char>>();

    private static readonly FrozenSet<string>.AlternateLookup<ReadOnlySpan<char>> s_isWeekday =
        s_weekdays.GetAlternateLookup<ReadOnlySpan<char>>();

    private static readonly FrozenDictionary<string, int>.AlternateLookup<ReadOnlySpan<char>> s_zoneOf =
        s_zones.GetAlternateLookup<ReadOnlySpan<char>>();

    /// <summary>The month of a name, from 1; 0 for other words.</summary>
    public static int Month(ReadOnlySpan<byte> word)
    {
        Span<char> lower = stackalloc char[Longest];
        return s_monthOf.TryGetValue(Lower(word, lower), out int month) ? month : 0;
    }

    public static bool IsWeekday(ReadOnlySpan<byte> word)
    {
        Span<char> lower = stackalloc char[Longest];
        return s_isWeekday.Contains(Lower(word, lower));
    }

    /// <summary>The offset from UTC in minutes that a short name of a zone stands for, such as CET; null for other words.</summary>
    public static int? Offset(ReadOnlySpan<byte> word)
    {
        Span<char> lower = stackalloc char[Longest];
        return s_zoneOf.TryGetValue(Lower(word, lower), out int minutes) ? minutes : null;
    }

    /// <summary>Words between the parts of a date: 7 de enero de 2019, the 7th of January.</summary>
    public static bool IsFiller(ReadOnlySpan<byte> word) => Ascii.EqualsIgnoreCase(word, "de"u8) || Ascii.EqualsIgnoreCase(word, "of"u8)
        || Ascii.EqualsIgnoreCase(word, "del"u8);

    /// <summary>What stands behind a number that counts: 1st, 2nd, 7th, 1er.</summary>
    public static bool IsOrdinal(ReadOnlySpan<byte> word) => Ascii.EqualsIgnoreCase(word, "st"u8) || Ascii.EqualsIgnoreCase(word, "nd"u8)
        || Ascii.EqualsIgnoreCase(word, "rd"u8) || Ascii.EqualsIgnoreCase(word, "th"u8) || Ascii.EqualsIgnoreCase(word, "er"u8);

    private static ReadOnlySpan<char> Lower(ReadOnlySpan<byte> word, Span<char> lower)
    {
        if (word.Length > Longest || word.IsEmpty)
            return [];
        Span<char> characters = stackalloc char[Longest];
        int count = Encoding.UTF8.GetChars(word, characters);
        return lower[..((ReadOnlySpan<char>)characters[..count]).ToLowerInvariant(lower)];
    }

    private static FrozenDictionary<string, int> Number(string[] lines)
    {
        var words = new Dictionary<string, int>();
        for (int line = 0; line < lines.Length; line++)
        {
            foreach (string word in lines[line].Split(' '))
                words[word] = line + 1;
        }

        return words.ToFrozenDictionary();
    }

    private static FrozenSet<string> Words(params string[] lines) => lines.SelectMany(line => line.Split(' ')).ToFrozenSet();
}
