namespace Unroll.Forecasting;

/// <summary>
/// The forecast that is recommended: a weighted mean of other forecasters, with shares that each deserves on the newest training rows,
/// found for every part and up to three blocks of rows ahead. All members are then fitted to all training rows.
/// </summary>
public sealed partial class BlendForecaster : PartsForecaster
{
    private readonly List<string> _notes = [];
    private IReadOnlyList<PartsForecaster> _members;
    private FinishedWork? _work;

    /// <param name="members">Not yet fitted, at least one; a member that cannot be fitted has no share, and
    /// <see cref="PartsForecaster.Notes"/> says so.</param>
    public BlendForecaster(IReadOnlyList<PartsForecaster> members)
    {
        ArgumentNullException.ThrowIfNull(members);
        if (members.Count == 0)
            throw new ArgumentException("A blend needs at least one member.", nameof(members));
        if (members.CountBy(member => member.Key).FirstOrDefault(pair => pair.Value > 1) is { Key: { } twice })
            throw new ArgumentException($"Two members are named {twice}.", nameof(members));
        _members = members;
    }

    /// <summary>One that is fitted already.</summary>
    internal BlendForecaster(IReadOnlyList<PartsForecaster> members, FittedFacts facts, IReadOnlyList<BlendModel> models)
        : this(members) => Keep(facts, models);

    /// <summary>The default recipe: networks, ridge regression, and the rules that may have a share.</summary>
    /// <param name="networks">One ensemble each; may be empty.</param>
    /// <param name="task">What is asked: the baselines that apply to it take part.</param>
    public static BlendForecaster Of(IReadOnlyList<EnsembleRecipe> networks, ForecastTask task)
    {
        ArgumentNullException.ThrowIfNull(networks);
        ArgumentNullException.ThrowIfNull(task);

        // Rules that are wrong in different ways, and the plainest that fits: with several of a kind, chance decides
        // which of them is right.
        IReadOnlyList<BaselineForecaster> all = Baselines.For(task);
        BaselineForecaster plain = all.FirstOrDefault(rule => rule is SeasonalNaiveForecaster) ?? all[0];
        IEnumerable<PartsForecaster> rules =
            [plain, .. all.Where(rule => rule is ThetaForecaster or EtsForecaster or ArimaForecaster or StlEtsForecaster or TsbForecaster)];
        return new BlendForecaster([.. networks.Select(recipe => new EnsembleForecaster(recipe)),
            new RidgeForecaster(networks.Count > 0 ? networks[0] : null), .. rules]);
    }

    /// <summary>
    /// The default recipe as <c>unroll forecast</c> uses it: ensembles of LSTM and GRU networks, ridge regression, and rules.
    /// </summary>
    /// <param name="task">What is asked.</param>
    /// <example><code>
    /// var task = new ForecastTask(SeriesSet.Read("shops.csv", "shop"), new TaskOptions { Targets = ["sales"], Horizon = 14 });
    /// BlendForecaster blend = BlendForecaster.Default(task);
    /// blend.Fit(task);
    /// Console.WriteLine(string.Join(' ', new Comparison(task, blend).Summary()));
    /// blend.Refit(task.Whole());
    /// ForecastFile.Save(blend, "shops.unroll");
    /// foreach (PartForecast part in blend.Predict(task.Data, 14).Parts)
    ///     Console.WriteLine($"{part.Part}: {string.Join(", ", part.Rows().Select(row => row.Value))}");
    /// </code></example>
    public static BlendForecaster Default(ForecastTask task) =>
        Of([EnsembleRecipe.Of(CellKind.Lstm), EnsembleRecipe.Of(CellKind.Gru)], task);

    public override string Name => "blend";

    public override ForecasterKind Kind => ForecasterKind.Blend;

    public override long Parameters => _members.Sum(member => member.Parameters);

    public override IReadOnlyList<string> Notes => [.. _notes, .. GivenUp, .. _members.SelectMany(member => member.Notes).Distinct()];

    public override History? History => _members.Select(member => member.History).FirstOrDefault(history => history is not null);

    public override IReadOnlyList<Model> Networks => [.. _members.SelectMany(member => member.Networks)];

    /// <summary>The members that could be fitted, in the order in which they were given.</summary>
    public IReadOnlyList<PartsForecaster> Members => _members;

    /// <summary>How long fitting, judging and fitting again may take; null for as long as they do. See <see cref="GivenUp"/>.</summary>
    public TimeBudget? Budget { get; set; }

    /// <summary>
    /// What was left out or cut short as the <see cref="Budget"/> did not allow it, a sentence each, also in <see cref="Notes"/>; none
    /// without one. Given up are, in this order, as far as it takes: ARIMA, where it needs more than a third of what is left, and ETS,
    /// where it needs more than half; networks of each kind down to one; the second kind of networks; all networks; ridge regression and
    /// other rules. The plainest rule is always fitted, whatever it takes.
    /// </summary>
    public IReadOnlyList<string> GivenUp => Schedule?.Sentences ?? [];

    /// <summary>What was decided with a budget; null without one.</summary>
    internal BlendSchedule? Schedule { get; private set; }

    /// <summary>What was decided for the same blend on fewer rows; null for nothing.</summary>
    internal BlendSchedule? Earlier { get; set; }

    public override FinishedWork? Work
    {
        get => _work;
        set
        {
            _work = value;
            foreach (PartsForecaster member in _members)
                member.Work = value;
        }
    }

    /// <summary>How many parts the members work on at a time; the threads of networks are those of their recipes.</summary>
    public override int Threads
    {
        get => base.Threads;
        set
        {
            base.Threads = value;
            foreach (PartsForecaster member in _members)
                member.Threads = value;
        }
    }

    /// <inheritdoc/>
    public override void Require(ForecastTask task)
    {
        ArgumentNullException.ThrowIfNull(task);
        PartsForecaster[] able = [.. _members.Where(member => member.CanLearn(task))];
        foreach (PartsForecaster member in able.Length > 0 ? able : [.. _members])
            member.Require(task);
    }

    /// <summary>
    /// What the forecast of one part is made of <paramref name="step"/> rows ahead, by the key of the member; shares
    /// above 0, which sum to 1.
    /// </summary>
    public IReadOnlyDictionary<string, double> Shares(Part part, int step)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(step, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(step, Horizon);
        double[][] shares = ((BlendModel)Models[part]).Shares;
        return ByName(Array.ConvertAll(shares, member => member[step - 1]));
    }

    /// <summary>The means of the shares over parts and steps, by the key of the member; those above 0.</summary>
    public IReadOnlyDictionary<string, double> MeanShares() =>
        ByName([.. _members.Select((_, k) => Models.Values.Average(model => ((BlendModel)model).Shares[k].Average()))]);

    /// <summary>
    /// The blend of the members that are of no such kind, shares found anew on the same rows; null where there is none of that kind, or
    /// nothing else.
    /// </summary>
    public BlendForecaster? Without(ForecasterKind kind)
    {
        PartsForecaster[] others = [.. _members.Where(member => member.Kind != kind)];
        return others.Length == 0 || others.Length == _members.Count
            ? null
            : new BlendForecaster(others, Facts, Weigh(Facts.Parts, others, Facts.Metric, part => Models[part].Facts));
    }

    private protected override IReadOnlyList<PartModel> FitParts(ForecastTask task, FitRun run)
    {
        const double Fitted = 0.98;
        _notes.Clear();
        Require(task);
        Schedule = Budget is null ? null : new BlendSchedule(Budget, Earlier);
        var fitted = new List<PartsForecaster>();
        _notes.AddRange(Unable(task));
        IEnumerable<PartsForecaster> able = _members.Where(member => member.CanLearn(task));
        PartsForecaster[] order = Schedule is null ? [.. able] : BlendSchedule.Order(able);
        double[] places = UsualTime.Places(order, task, Fitted);
        for (int k = 0; k < order.Length; k++)
        {
            PartsForecaster member = order[k];
            FitRun own = run.Within(member.Name, places[k], places[k + 1]);
            try
            {
                if (Schedule is null)
                    member.FitIn(task, own);
                else if (!Schedule.Fit(member, task, own, order.Skip(k).Count(each => each.Kind == ForecasterKind.Network)))
                    continue;
                fitted.Add(member);
            }
            catch (UnrollException reason)
                when (_members.Count > 1 && member.Kind == ForecasterKind.Baseline && reason is not TrainingDivergedException)
            {
                _notes.Add($"The {member.Name} forecast has no share: {reason.Message}");
            }
        }

        if (fitted.Count == 0)
            throw new UnrollException(_notes[0]);
        _members = fitted = [.. _members.Where(fitted.Contains)];
        run.Tell(ForecastStage.Judging, Fitted, 0, task.Parts.Count);
        if (Budget is { Refits: false })
            Schedule!.End();
        return Weigh(task.Parts, fitted, task.Metric, part => PartFacts.Of(task[part], task.Options));
    }

    private protected override IReadOnlyList<PartModel> RefitParts(ForecastTask task, FitRun run)
    {
        var shares = Models.ToDictionary(entry => entry.Key, entry => ((BlendModel)entry.Value).Shares);
        if (Schedule is not null)
        {
            Schedule.Refit(_members, task, run);
            Schedule.End();
        }
        else
        {
            double[] places = UsualTime.Places(_members, task, 1);
            foreach ((int k, PartsForecaster member) in _members.Index())
                member.RefitIn(task, run.Within(member.Name, places[k], places[k + 1]));
        }

        double[][] SharesOf(Part part) => shares.TryGetValue(part, out double[][]? own) ? own : MeanOf(shares.Values);
        return [.. task.Parts.Select(part => Mix(part, _members, SharesOf(part), PartFacts.Of(task[part], task.Options), null))];
    }

    internal override PartModel Adapt(Part part, TimeSeries table)
    {
        double[][] mean = MeanOf(Models.Values.Select(model => ((BlendModel)model).Shares));
        PartModel[] members = [.. _members.Select(member => AdaptMember(member, part, table))];
        PartFacts facts = members[0].Facts;
        TrackRecord? track = Array.TrueForAll(members, member => member.Track is not null) ? BlendModel.Calibration(members, mean) : null;
        return new BlendModel(members, mean) { Part = part, Facts = facts, Track = track };
    }

    /// <summary>A member's model for a series that was not there in training, or a simple one where it has too few rows for that.</summary>
    private PartModel AdaptMember(PartsForecaster member, Part part, TimeSeries table)
    {
        bool isRule = member.Kind == ForecasterKind.Baseline;
        try
        {
            if (member.CanAdapt(part, table))
                return member.Adapt(part, table);
        }
        catch (UnrollException) when (isRule)
        {
            // It has too few rows for the rule, or no season.
        }

        ForecastSplit split = ForecastSplit.All(table, part.Target, 1, ForecastInputs.TargetOnly);
        return SimpleModel.Of(new ForecastTask(split, Horizon), part with { Series = "" }, default).For(part, !isRule);
    }

    private protected override PartModel Describe(PartModel model, SeriesSet data)
    {
        var blend = (BlendModel)model;
        PartModel[] members = [.. _members.Select((member, k) => member.DescribedBy(blend.Members[k], data))];
        return members.SequenceEqual(blend.Members)
            ? model
            : new BlendModel(members, blend.Shares) { Part = model.Part, Facts = model.Facts, Track = model.Track };
    }

    /// <summary>Shares of the members on the newest training rows, which they forecast without having learnt from them.</summary>
    private static BlendModel[] Weigh(IReadOnlyList<Part> parts, IReadOnlyList<PartsForecaster> members, ForecastMetric metric,
        Func<Part, PartFacts> facts)
    {
        HorizonForecast?[][] judged = [.. parts.Select(part => members.Select(member => member.Models[part].Track?.Validation).ToArray())];
        bool[] isNetwork = [.. members.Select(member => member.Kind == ForecasterKind.Network)];
        int basis = members.Index().FirstOrDefault(each => each.Item.Kind == ForecasterKind.Ridge, (Index: -1, Item: members[0])).Index;
        double[][][] shares = Forecasting.Shares.Of(judged, isNetwork, basis, members[0].Horizon, metric);
        return [.. parts.Select((part, p) =>
        {
            PartModel[] models = [.. members.Select(member => member.Models[part])];
            TrackRecord? track = Array.Exists(judged[p], forecast => forecast is not null)
                ? BlendModel.Calibration(models, shares[p])
                : null;
            return Mix(part, members, shares[p], facts(part), track);
        })];
    }

    private static BlendModel Mix(Part part, IReadOnlyList<PartsForecaster> members, double[][] shares, PartFacts facts,
        TrackRecord? track) =>
        new([.. members.Select(member => member.Models[part])], shares) { Part = part, Facts = facts, Track = track };

    private static double[][] MeanOf(IEnumerable<double[][]> shares)
    {
        double[][][] all = [.. shares];
        return [.. all[0].Select((own, k) => own.Select((_, h) => all.Average(part => part[k][h])).ToArray())];
    }

    /// <summary>For each member that has too few rows to learn from a sentence that says so.</summary>
    internal IEnumerable<string> Unable(ForecastTask task) => _members.Where(member => !member.CanLearn(task))
        .Select(member => TooFew(member, task));

    /// <summary>Why a member has no share that has too few rows to learn from.</summary>
    private static string TooFew(PartsForecaster member, ForecastTask task)
    {
        try
        {
            member.Require(task);
            return $"The {member.Name} forecast has no share: it has too few rows to learn from.";
        }
        catch (UnrollException reason)
        {
            return $"The {member.Name} forecast has no share: {reason.Message}";
        }
    }

    private Dictionary<string, double> ByName(double[] shares)
    {
        var named = new Dictionary<string, double>();
        for (int k = 0; k < shares.Length; k++)
        {
            if (shares[k] > 0)
                named.Add(_members[k].Key, shares[k]);
        }

        return named;
    }
}
