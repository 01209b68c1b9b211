using System.Globalization;
using System.Text;

namespace Unroll.Benchmarks;

/// <summary>
/// The page of the verb <c>accuracy</c>: all files in one table, what the networks add, and a table of figures for each file.
/// </summary>
internal sealed class AccuracyPage(Page page, AccuracyOptions options)
{
    private const string Reference = "R ets";
    private readonly List<AccuracyResult> _results = [];

    private sealed record Column(string Heading, IReadOnlyList<SeriesErrors> Errors, bool IsLong);

    public void Add(AccuracyResult result) => _results.Add(result);

    public override string ToString()
    {
        var text = new StringBuilder();
        string rows = options.Inner
            ? "**Inner rows.** The last H rows of every series are cut off and looked at by nobody; judged are the H rows before them. "
                + "Choices are made on this page."
            : "**Test rows.** Judged are the last H rows of every series. Nothing was chosen on them: choices are made on "
                + "[the H rows before](accuracy-inner.md).";
        string[] own =
        [
            .. RForecasts.Versions.Select(version => "R: " + version),
            .. options.Note is { } note ? [note] : Array.Empty<string>(),
        ];
        const string What = "The default, untouched, is what "
            + "`unroll forecast FILE --series series --target value --horizon H --test H` does: `BlendForecaster.Default`, "
            + "fitted once to the rows before the judged ones. "
            + "MASE and sMAPE are those of the Monash archive (Godahewa et al. 2021): the mean absolute error over that of the seasonal "
            + "naive forecast in the rows before, and 200·|f − a| / (|f| + |a|), means over a series' H rows. "
            + "Each file is judged on the series that all have forecast.";
        string title = "# The default on public monthly benchmarks" + (options.Inner ? ": the inner rows" : "");
        text.AppendLine(title).AppendLine().AppendLine(rows).AppendLine();
        text.AppendLine(What).AppendLine().AppendLine(string.Join('\n', page.Origin(own))).AppendLine();
        Overview(text);
        Networks(text);
        foreach (AccuracyResult result in _results)
            Figures(text, result);
        return text.ToString().TrimEnd() + "\n";
    }

    private Column[] Columns() =>
    [
        .. _results.SelectMany(result => (Column[])
        [
            new Column(Heading(result.Heading, result.Errors), result.Errors, false),
            .. result.LongErrors is { } longest
                ? [new Column(Heading(result.Heading + ", long", longest), longest, true)]
                : Array.Empty<Column>(),
        ]),
    ];

    private void Overview(StringBuilder text)
    {
        Column[] columns = Columns();
        bool hasReference = columns.All(column => Of(column.Errors, Reference) is not null);
        bool hasLong = columns.Any(column => column.IsLong);
        string[] means = !hasReference ? [] : hasLong ? [$"to {Reference}", $"to {Reference}, with the long"] : [$"to {Reference}"];
        text.AppendLine("## Mean MASE").AppendLine();
        if (hasReference)
        {
            text.Append($"\"To {Reference}\" is the geometric mean over the files of mean MASE ÷ that of {Reference}; ");
            text.AppendLine("below 1 is better than it.");
        }

        if (hasLong)
        {
            text.Append("\"Long\" are the series of a file that have at least 100 rows; ");
            text.AppendLine("the last column takes them instead of all of that file.");
        }

        if (hasReference || hasLong)
            text.AppendLine();
        text.AppendLine($"| forecast | {string.Join(" | ", columns.Select(column => column.Heading).Concat(means))} |");
        text.AppendLine("|---|" + string.Concat(Enumerable.Repeat("--:|", columns.Length + means.Length)));
        string[] names = [.. columns.SelectMany(column => column.Errors.Select(each => each.Forecasts.Name)).Distinct()];
        foreach ((string name, string[] cells, _) in names.Select(name => Row(name, columns, means.Length)).OrderBy(row => row.Order))
            text.AppendLine($"| {name} | {string.Join(" | ", cells)} |");
        text.AppendLine();
    }

    private static (string Name, string[] Cells, double Order) Row(string name, Column[] columns, int means)
    {
        double?[] mase = [.. columns.Select(column => Of(column.Errors, name)?.MeanMase)];
        double?[] geometric = [];
        if (means > 0)
        {
            double?[] ratios = [.. columns.Select((column, k) => mase[k] / Of(column.Errors, Reference)!.MeanMase)];
            bool IsReplaced(int k) => k + 1 < columns.Length && columns[k + 1].IsLong;
            double? all = Geometric([.. ratios.Where((_, k) => !columns[k].IsLong)]);
            double? longest = Geometric([.. ratios.Where((_, k) => !IsReplaced(k))]);
            geometric = means == 1 ? [all] : [all, longest];
        }

        // Those who are not everywhere stand last.
        double order = (geometric.Length > 0 ? geometric[0] : null) ?? 1e3 + (mase.Average() ?? 1e3);
        return (name, [.. mase.Concat(geometric).Select(Number)], order);
    }

    private void Networks(StringBuilder text)
    {
        text.AppendLine("## What the networks add").AppendLine();
        text.AppendLine("The blend beside the blend without its networks, shares found anew: below 0 the networks help. "
            + "p is that of Wilcoxon's signed rank test, two-sided, on the differences of the series' MASE.").AppendLine();
        text.AppendLine("| file | mean MASE, blend | without networks | difference | better with them | p |");
        text.AppendLine("|---|--:|--:|--:|--:|--:|");
        foreach (Column column in Columns())
        {
            SeriesErrors? with = Of(column.Errors, DefaultForecasts.Blend), without = Of(column.Errors, DefaultForecasts.WithoutNetworks);
            if (with is null || without is null)
                continue;

            // Where networks have no share, both are the same but for the order of a sum.
            double[] differences = [.. with.Mase.Select(entry => Math.Round(entry.Value - without.Mase[entry.Key], 9))];
            string p = Page.Probability(WilcoxonSignedRank.PValue(differences));
            text.Append(CultureInfo.InvariantCulture, $"| {column.Heading} | {with.MeanMase:F3} | {without.MeanMase:F3} ");
            text.Append($"| {Page.Difference(with.MeanMase, without.MeanMase)} ");
            text.AppendLine($"| {differences.Count(each => each < 0)} of {differences.Length} | {p} |");
        }

        text.AppendLine();
    }

    private static void Figures(StringBuilder text, AccuracyResult result)
    {
        AccuracyFile file = result.File;
        int[] rows = [.. file.Data.Keys.Select(key => file.Data[key].Rows)];
        text.AppendLine(CultureInfo.InvariantCulture, $"## {result.Heading}").AppendLine();
        text.Append($"{file.Data.Count} series of {rows.Min()} to {rows.Max()} rows, the judged ones among them; ");
        text.AppendLine($"{result.Keys.Count} that all have forecast.").AppendLine();
        text.Append("| forecast | series | mean MASE | median MASE | mean sMAPE % | median sMAPE % ");
        text.AppendLine("| processor s a series | peak memory |").AppendLine("|---|--:|--:|--:|--:|--:|--:|--:|");
        foreach (SeriesErrors errors in result.Errors)
        {
            JudgedForecasts own = errors.Forecasts;
            text.Append($"| {own.Name} | {result.Count(own)} of {file.Data.Count} ");
            text.Append(CultureInfo.InvariantCulture, $"| {errors.MeanMase:F3} | {errors.MedianMase:F3} ");
            text.AppendLine(CultureInfo.InvariantCulture, $"| {errors.MeanSmape:F2} | {errors.MedianSmape:F2} | {Cost(own)} |");
        }

        foreach (JudgedForecasts rest in result.Forecasts.Where(each => result.Errors.All(errors => errors.Forecasts != each)))
            text.AppendLine($"| {rest.Name} | {result.Count(rest)} of {file.Data.Count} | – | – | – | – | {Cost(rest)} |");
        text.AppendLine();
        foreach (string note in result.Notes)
            text.AppendLine("- " + note);
        if (result.Notes.Count > 0)
            text.AppendLine();
    }

    private static string Heading(string name, IReadOnlyList<SeriesErrors> errors) => $"{name}, {errors[0].Smape.Length} series";

    private static SeriesErrors? Of(IReadOnlyList<SeriesErrors> errors, string name) =>
        errors.FirstOrDefault(each => each.Forecasts.Name == name);

    /// <summary>Null where one of the numbers is missing.</summary>
    private static double? Geometric(double?[] numbers) =>
        numbers.Contains(null) ? null : Math.Exp(numbers.Average(each => Math.Log(each!.Value)));

    private static string Number(double? number) => number?.ToString("F3", CultureInfo.InvariantCulture) ?? "–";

    private static string Cost(JudgedForecasts own)
    {
        string memory = own.Megabytes is { } megabytes ? string.Create(CultureInfo.InvariantCulture, $"{megabytes:F0} MB") : "";
        return $"{own.Seconds?.ToString("F3", CultureInfo.InvariantCulture)} | {memory}";
    }
}
