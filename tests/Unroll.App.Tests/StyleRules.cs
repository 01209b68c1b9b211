using System.Buffers;
using System.Text.RegularExpressions;

namespace Unroll.App.Tests;

/// <summary>A text file of the repository: its path from the root, with slashes, and its lines.</summary>
internal sealed record StyleFile(string Path, string[] Lines)
{
    public StyleFile(string path, string text)
        : this(path, text.ReplaceLineEndings("\n").Split('\n')) { }

    /// <summary>Lines as <c>wc -l</c> counts them: an end of the last line is none more.</summary>
    public int Length => Lines is [.., ""] ? Lines.Length - 1 : Lines.Length;

    /// <summary>For each line of C# whether it belongs to a raw string, the first and the last line of which count too.</summary>
    public bool[] Raw { get; } = RawLines(Path, Lines);

    public string At(int line) => FormattableString.Invariant($"{Path}:{line + 1}");

    private static bool[] RawLines(string path, string[] lines)
    {
        var raw = new bool[lines.Length];
        if (!path.EndsWith(".cs", StringComparison.Ordinal))
            return raw;
        string? quotes = null;
        for (int i = 0; i < lines.Length; i++)
        {
            raw[i] = quotes is not null;
            if (quotes is not null)
            {
                quotes = lines[i].Contains(quotes, StringComparison.Ordinal) ? null : quotes;
                continue;
            }

            int begin = lines[i].IndexOf("\"\"\"", StringComparison.Ordinal);
            if (begin < 0 || lines[i].AsSpan().TrimStart().StartsWith("//"))
                continue;
            raw[i] = true;
            string own = new('"', lines[i].AsSpan(begin).IndexOfAnyExcept('"') is > 0 and int length ? length : lines[i].Length - begin);
            quotes = lines[i].Split(own).Length % 2 == 0 ? own : null;
        }

        return raw;
    }
}

/// <summary>What docs/contributing.md asks of a file; each rule returns what breaks it, with file and line.</summary>
internal static partial class StyleRules
{
    public const int LongestLine = 140, UsualFile = 300, LongestFile = 400;

    /// <summary>Words of documents, comments and messages, and what is said instead.</summary>
    private static readonly Dictionary<string, string> s_words = new(StringComparer.OrdinalIgnoreCase)
    {
        ["utilize"] = "use",
        ["utilise"] = "use",
        ["leverage"] = "use",
        ["in order to"] = "to",
        ["via"] = "by or through",
        ["e.g."] = "such as",
        ["etc."] = "and so on",
        ["please"] = "leave it out",
        ["simply"] = "leave it out",
        ["obviously"] = "leave it out",
        ["basically"] = "leave it out",
        ["seamless"] = "what it does",
        ["seamlessly"] = "what it does",
        ["powerful"] = "what it does",
        ["blazing"] = "a figure",
        ["state-of-the-art"] = "a figure",
        ["cutting-edge"] = "a figure",
        ["under the hood"] = "how it works",
        ["out of the box"] = "what it does",
        ["whitelist"] = "the list of what is allowed",
        ["blacklist"] = "the list of what is refused",
        ["dummy"] = "what it stands for",
        ["sanity check"] = "check",
        ["lookback"] = "window",
        ["look-back"] = "window",
        ["timestep"] = "time step",
        ["exogenous"] = "known or past column",
        ["forecasted"] = "forecast",
        ["don't"] = "do not",
        ["doesn't"] = "does not",
        ["isn't"] = "is not",
        ["can't"] = "cannot",
        ["won't"] = "will not",
        ["TODO"] = "an issue",
        ["FIXME"] = "an issue",
        ["XXX"] = "an issue",
    };

    private static readonly SearchValues<string> s_anyWord = SearchValues.Create([.. s_words.Keys], StringComparison.OrdinalIgnoreCase);

    private static readonly Regex s_word = new(
        $@"(?<![\w./`-])(?:{string.Join('|', s_words.Keys.Select(Regex.Escape))})(?![\w`])",
        RegexOptions.IgnoreCase | RegexOptions.CultureInvariant);

    /// <summary>Libraries: their callers may not be the tool, whose options they therefore do not name.</summary>
    private static readonly string[] s_libraries =
        ["Unroll", "Unroll.Exchange", "Unroll.Forecasting", "Unroll.Reports", "Unroll.Extensions", "Unroll.Cluster"];

    /// <summary>Methods that a participle names well: it says which of several things are returned, or which error is thrown.</summary>
    private static readonly HashSet<string> s_participles = ["Predicted", "Supported", "Balanced", "Unsupported", "Damaged"];

    public static bool IsSource(string path) =>
        path.StartsWith("src/", StringComparison.Ordinal) && path.EndsWith(".cs", StringComparison.Ordinal);

    public static bool IsSurface(string path) => path.Contains("/PublicAPI.", StringComparison.Ordinal);

    /// <summary>
    /// Lines longer than 140 characters: not of raw strings, tables of Markdown or lists of public surfaces, and not those that one word
    /// makes so long.
    /// </summary>
    public static IEnumerable<string> LongLines(StyleFile file)
    {
        if (IsSurface(file.Path))
            yield break;
        bool isMarkdown = file.Path.EndsWith(".md", StringComparison.Ordinal);
        for (int i = 0; i < file.Lines.Length; i++)
        {
            string line = file.Lines[i];
            if (line.Length <= LongestLine || file.Raw[i] || (isMarkdown && line.AsSpan().TrimStart().StartsWith("|")))
                continue;
            int indent = line.Length - line.TrimStart().Length;
            if (line.Split(' ').Max(word => word.Length) + indent <= LongestLine)
                yield return FormattableString.Invariant($"{file.At(i)}: {line.Length} characters, more than {LongestLine}");
        }
    }

    /// <summary>A file of C# in src/ that is too long, or longer than usual without a reason.</summary>
    public static IEnumerable<string> LongFiles(StyleFile file, IReadOnlyDictionary<string, string> reasons)
    {
        if (!IsSource(file.Path))
            yield break;
        string length = FormattableString.Invariant($"{file.At(file.Length - 1)}: {file.Length} lines");
        bool isKnown = reasons.ContainsKey(file.Path);
        if (file.Length > LongestFile)
            yield return FormattableString.Invariant($"{length}, more than {LongestFile}");
        else if (file.Length > UsualFile && !isKnown)
            yield return FormattableString.Invariant($"{length}, more than {UsualFile}, and the list gives no reason");
        else if (file.Length <= UsualFile && isKnown)
            yield return $"{length}: take it off the list";
    }

    /// <summary>Names of types and files that do not say what is in them.</summary>
    public static IEnumerable<string> EmptyNames(StyleFile file)
    {
        if (!IsSource(file.Path))
            yield break;
        if (EmptyName().IsMatch(file.Path[(file.Path.LastIndexOf('/') + 1)..]))
            yield return $"{file.At(0)}: the file's name does not say what it holds";
        for (int i = 0; i < file.Lines.Length; i++)
        {
            if (Declaration().Match(file.Lines[i]) is { Success: true } type && EmptyName().IsMatch(type.Groups[1].Value))
                yield return $"{file.At(i)}: {type.Groups[1].Value} does not say what it does";
        }
    }

    /// <summary>Words of <see cref="s_words"/>; in libraries also messages that name an option of the tool.</summary>
    public static IEnumerable<string> AvoidedWords(StyleFile file)
    {
        if (!file.Path.EndsWith(".md", StringComparison.Ordinal) && !file.Path.StartsWith("src/", StringComparison.Ordinal))
            yield break;
        bool isLibrary = IsSource(file.Path) && s_libraries.Contains(file.Path.Split('/')[1]);
        for (int i = 0; i < file.Lines.Length; i++)
        {
            if (file.Lines[i].AsSpan().ContainsAny(s_anyWord))
            {
                foreach (Match word in s_word.Matches(file.Lines[i]))
                    yield return $"{file.At(i)}: \"{word.Value}\"; instead: {s_words[word.Value]}";
            }

            if (isLibrary && OptionInMessage().IsMatch(file.Lines[i]))
                yield return $"{file.At(i)}: a message of a library names an option of the tool";
        }
    }

    /// <summary>A list of the public surface is in the order of its characters, so that a change shows as one.</summary>
    public static IEnumerable<string> UnsortedSurface(StyleFile file)
    {
        if (!IsSurface(file.Path))
            yield break;
        for (int i = 2; i < file.Length; i++)
        {
            if (string.CompareOrdinal(file.Lines[i - 1], file.Lines[i]) >= 0)
                yield return $"{file.At(i)}: comes before the line above, or is the same";
        }
    }

    /// <summary>
    /// Methods with a participle alone for their name, which neither says what is done nor what is returned. Methods that make an
    /// exception, and those that log or count an event, are named by what has happened.
    /// </summary>
    public static IEnumerable<string> Participles(StyleFile file)
    {
        if (!IsSource(file.Path) || file.Path.EndsWith("/Log.cs", StringComparison.Ordinal)
            || file.Path.EndsWith("Telemetry.cs", StringComparison.Ordinal)
            || file.Path.EndsWith("/ServeMetrics.cs", StringComparison.Ordinal))
            yield break;
        for (int i = 0; i < file.Lines.Length; i++)
        {
            if (file.Raw[i] || Participle().Match(file.Lines[i]) is not { Success: true } found
                || Method().Match(file.Lines[i]) is not { Success: true } method)
                continue;
            string name = method.Groups["name"].Value;
            bool isEvent = method.Groups["type"].Value.EndsWith("Exception", StringComparison.Ordinal)
                || file.Lines[i].Contains("(ILogger ", StringComparison.Ordinal);
            if (name == found.Groups[1].Value && !isEvent && !s_participles.Contains(name))
                yield return $"{file.At(i)}: {name} is a participle; name the method by a verb, or by what it returns";
        }
    }

    [GeneratedRegex("(Manager|Helper|Util|Misc|Stuff)(s|ity|ities)?([A-Z.`<]|$)")]
    private static partial Regex EmptyName();

    [GeneratedRegex(@"^\s*(?:\w+ )*(?:class|record|struct|interface|enum) (?:class |struct )?(\w+)")]
    private static partial Regex Declaration();

    /// <summary>In a sentence, not by itself: arguments of other programs are no message.</summary>
    [GeneratedRegex("\"[^\"]*[\\w,;:] \\(?--[a-z]")]
    private static partial Regex OptionInMessage();

    [GeneratedRegex(@"(?<![.\w])((?!Embed\b|Shed\b|\w*eed\b)[A-Z][a-z]+ed|Begun|Broken|Brought|Built|Caught|Chosen|Done|Drawn|Found|Frozen"
        + "|Given|Gone|Grown|Held|Kept|Laid|Left|Lost|Made|Meant|Paid|Said|Seen|Sent|Shown|Spent|Taken|Taught|Thrown|Told|Torn|Written)"
        + @"(?:<[\w, ]+>)?\(")]
    private static partial Regex Participle();

    /// <summary>A method or a local function: what it returns, a name and a parenthesis, and no expression before them.</summary>
    [GeneratedRegex(@"^\s+(?:(?:public|private|internal|protected|static|async|extern|partial|unsafe|ref|readonly|override|virtual|abstract"
        + @"|sealed|new) )*(?!(?:return|await|new|throw|else|yield|case|when|is|in|and|or|not|using|class|record|struct) )"
        + @"(?<type>\([^()]*\)|[\w.:]+(?:<.*?>)?(?:\?|\[,*\]|\*)*) (?<name>[A-Z]\w*)(?:<[\w, ]+>)?\(")]
    private static partial Regex Method();
}
