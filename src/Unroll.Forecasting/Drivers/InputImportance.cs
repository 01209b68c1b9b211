namespace Unroll.Forecasting;

/// <summary>What a forecast owes to one group of inputs.</summary>
/// <param name="Group">Of which kind.</param>
/// <param name="Column">Of a column or an input of your own its name; otherwise empty.</param>
/// <param name="Share">Of the growths of the error by all groups, those below 0 counted as 0: 0 to 1; 0 for all where
/// no group matters.</param>
/// <param name="Increase">By how many percent of the error it grows where the group is permuted; below 0 by chance, infinite where there
/// was no error.</param>
public sealed record InputShare(InputGroup Group, string Column, double Share, double Increase)
{
    /// <summary>For example <c>the calendar</c>; of a column its name.</summary>
    public string Name => Group switch
    {
        InputGroup.OwnPast => "its own past values",
        InputGroup.Calendar => "the calendar",
        InputGroup.Season => "its seasons before",
        InputGroup.Holidays => "public holidays",
        InputGroup.YearsBefore => "the same days of years before",
        InputGroup.Static => "static columns",
        _ => Column,
    };
}

/// <summary>What the forecast of one part owes to its inputs.</summary>
/// <param name="Part">The series and the target.</param>
/// <param name="Error">The mean absolute error with all inputs in their places, in the target's units.</param>
/// <param name="Inputs">In the order of <see cref="InputGroup"/>.</param>
public sealed record PartImportance(Part Part, double Error, IReadOnlyList<InputShare> Inputs);

/// <summary>
/// What a forecast owes to each group of its inputs: by how much its mean absolute error, over 1 to H rows ahead, grows on the newest
/// training rows where the group is that of another origin, drawn by chance (Breiman 2001, Random forests; Fisher, Rudin and Dominici 2019,
/// All models are wrong, but many are useful). The same forecaster and task give the same bits.
/// </summary>
/// <remarks>
/// <para>Of inputs that say the same, each alone is understated: when one is permuted the forecast still has the other. A share says what
/// this forecast uses, not what causes the target, nor what another forecast could do with the input.</para>
/// <para>The rows were learnt from, in part: of an input that was learnt by heart too much is said.</para>
/// <para>Rules look at nothing but the target's past, which is permuted as a whole there: level, trend and season are then those of the
/// other origin. In models that read other inputs too, the level and the lags are the target's own past, and what it was a season or a year
/// before are groups of their own. Static columns are those of another series.</para>
/// </remarks>
public sealed class InputImportance
{
    /// <summary>No more parts than this are looked at, spread evenly over all.</summary>
    private const int MostParts = 24;

    /// <summary>From so many origins of all parts together forecasts are made, but from no more, and no fewer, of each.</summary>
    private const int OriginsInAll = 1600, MostOrigins = 100, FewestOrigins = 20;

    private const int Times = 3;
    private const ulong Seed = 1;

    private InputImportance(IReadOnlyList<InputShare> inputs, IReadOnlyList<PartImportance> parts, int partsInAll) =>
        (Inputs, Parts, PartsInAll) = (inputs, parts, partsInAll);

    /// <summary>Those of all parts that were looked at together, each part's errors in units of its changes from row to row.</summary>
    public IReadOnlyList<InputShare> Inputs { get; }

    /// <summary>Each part that was looked at.</summary>
    public IReadOnlyList<PartImportance> Parts { get; }

    /// <summary>How many parts there are; of many not all are looked at.</summary>
    public int PartsInAll { get; }

    /// <summary>How often each group is permuted; growths are means over these.</summary>
    public static int Repeats => Times;

    /// <summary>For example: mostly its own past values (71 %) and the calendar (22 %).</summary>
    public string InWords()
    {
        const double Enough = 0.9, Least = 0.05;
        const int Most = 3;
        InputShare[] ranked = [.. Inputs.Where(input => input.Share >= Least).OrderByDescending(input => input.Share)];
        if (ranked.Length == 0)
            return "no input: permuted, none makes the error larger";
        var told = new List<string>();
        double sum = 0;
        foreach (InputShare input in ranked.Take(Most))
        {
            if (sum >= Enough)
                break;
            told.Add(FormattableString.Invariant($"{input.Name} ({100 * input.Share:0} %)"));
            sum += input.Share;
        }

        return "mostly " + (told.Count == 1 ? told[0] : $"{string.Join(", ", told.Take(told.Count - 1))} and {told[^1]}");
    }

    /// <summary>What a fitted forecaster owes to its inputs on the newest training rows of a task.</summary>
    /// <param name="forecaster">Fitted to the task.</param>
    /// <param name="task">The rows.</param>
    /// <param name="cancellationToken">Ends it early.</param>
    /// <returns>Null where no part has enough rows.</returns>
    /// <exception cref="InvalidOperationException">The forecaster is not fitted yet.</exception>
    /// <exception cref="OperationCanceledException">It was cancelled.</exception>
    /// <example><code>
    /// blend.Fit(task);
    /// if (InputImportance.Of(blend, task) is { } importance)
    ///     foreach (InputShare input in importance.Inputs)
    ///         Console.WriteLine($"{input.Name}: {input.Share:P0}");
    /// </code></example>
    public static InputImportance? Of(PartsForecaster forecaster, ForecastTask task, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(forecaster);
        ArgumentNullException.ThrowIfNull(task);
        HashSet<Part> known = [.. forecaster.Parts];
        Part[] all = [.. task.Parts.Where(known.Contains)];
        Part[] asked = EvenChoice.Of(all, MostParts);
        int origins = Math.Clamp(OriginsInAll / Math.Max(1, asked.Length), FewestOrigins, MostOrigins);
        var growths = new List<PartGrowth>();
        for (int i = 0; i < asked.Length; i++)
        {
            PartModel other = forecaster.Models[all[(int)new RandomSource(Seed, (ulong)i).NextInt32(all.Length)]];
            if (PartGrowth.Of(forecaster.Models[asked[i]], other, task, new Draws(origins, Times, Seed), cancellationToken) is { } growth)
                growths.Add(growth);
        }

        if (growths.Count == 0)
            return null;
        return new InputImportance(
            SharesOf(task, null, growths, growth => growth.Unit),
            [.. growths.Select(growth => new PartImportance(growth.Part, growth.Error, SharesOf(task, growth.Part, [growth], _ => 1)))],
            all.Length);
    }

    /// <summary>The shares of all groups that are looked at, or could have been.</summary>
    /// <param name="task">What could be looked at.</param>
    /// <param name="part">Of which part; null for all.</param>
    /// <param name="growths">One a part.</param>
    /// <param name="unit">What errors of a part are divided by.</param>
    private static InputShare[] SharesOf(ForecastTask task, Part? part, IReadOnlyList<PartGrowth> growths, Func<PartGrowth, double> unit)
    {
        // The own past of each part is one group.
        static InputKey KeyOf(InputKey key) => key.Group == InputGroup.OwnPast ? new InputKey(key.Group) : key;
        IEnumerable<string> others = task.Targets.Count == 1 ? [] : task.Targets.Where(target => target != part?.Target);
        IEnumerable<InputKey> possible =
        [
            new(InputGroup.OwnPast),
            .. others.Concat(task.Inputs.Past).Select(name => new InputKey(InputGroup.PastColumn, name)),
            .. task.Inputs.Known.Select(name => new InputKey(InputGroup.KnownColumn, name)),
            .. task.Inputs.Calendar ? [new(InputGroup.Calendar)] : Array.Empty<InputKey>(),
            .. task.Inputs.Holidays is null ? [] : new[] { new InputKey(InputGroup.Holidays) },
            .. task.Inputs.Own.Select(input => new InputKey(InputGroup.Own, input.Name)),
        ];
        IEnumerable<InputKey> read = growths.SelectMany(growth => growth.Growths.Keys.Select(KeyOf));
        InputKey[] keys = [.. possible.Concat(read).Distinct().OrderBy(key => key.Group)];
        double error = growths.Sum(growth => growth.Error / unit(growth));
        double OfPart(PartGrowth growth, InputKey key) =>
            growth.Growths.Where(each => KeyOf(each.Key) == key).Sum(each => each.Value) / unit(growth);
        double[] grown = Array.ConvertAll(keys, key => growths.Sum(growth => OfPart(growth, key)));
        double sum = grown.Sum(each => Math.Max(0, each));
        return [.. keys.Select((key, i) => new InputShare(
            key.Group,
            key.Name,
            sum > 0 ? Math.Max(0, grown[i]) / sum : 0,
            grown[i] == 0 ? 0 : 100 * grown[i] / error))];
    }
}
