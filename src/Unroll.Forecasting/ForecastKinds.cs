namespace Unroll.Forecasting;

/// <summary>
/// What recipes and files of forecasters may name: the scalers, transforms, inputs and forecasters that are built in, and those of your
/// own. Register yours once, at the start of every program that saves or loads a forecaster made with them; nothing is looked up by
/// reflection, so that trimmed programs and NativeAOT know them too.
/// </summary>
/// <example><code>
/// ForecastKinds.Register(() => new MaxAbsScaler());
/// ForecastKinds.Register(new Logit());
/// PartsForecaster forecaster = ForecastFile.Load("shares.unroll");
/// </code></example>
public static class ForecastKinds
{
    internal static KindTable<Func<Scaler>> Scalers { get; } = new(
        "scaler",
        "ForecastKinds.Register(() => new ...)",
        (MinMaxScaler.Name, () => new MinMaxScaler()),
        (StandardScaler.Name, () => new StandardScaler()),
        (RobustScaler.Name, () => new RobustScaler()),
        (IdentityScaler.Name, () => new IdentityScaler()));

    internal static KindTable<TargetTransform> Transforms { get; } = new(
        "transform",
        "ForecastKinds.Register(...)",
        (TargetTransform.None.Name, TargetTransform.None),
        (TargetTransform.Difference.Name, TargetTransform.Difference),
        (TargetTransform.LogReturn.Name, TargetTransform.LogReturn),
        (TargetTransform.Relative.Name, TargetTransform.Relative));

    internal static KindTable<Func<string, ForecastInput>> Inputs { get; } = new(
        "input",
        "ForecastKinds.Register(...)",
        (FourierTerms.KindInFiles, FourierTerms.Parse));

    internal static KindTable<BaselineKind> Forecasters { get; } = new(
        "forecaster",
        "ForecastKinds.Register(() => new ...)",
        (NaiveRule.DefaultName, new(_ => new NaiveForecaster(), _ => new NaiveRule())),
        (SeasonalNaiveRule.DefaultName, new(
            options => new SeasonalNaiveForecaster(options.Period),
            state => state.Period >= 2 ? new SeasonalNaiveRule(state.Period) : null)),
        (DriftRule.DefaultName, new(_ => new DriftForecaster(), state => new DriftRule(state.Slope))),
        (MeanRule.DefaultName, new(_ => new MeanForecaster(), state => new MeanRule(state.Mean))),
        (LeastSquaresRule.DefaultName, new(
            options => new LeastSquaresForecaster(options.Lags, options.Ridge),
            state => state.Weights is { } weights ? new LeastSquaresRule(weights) : null)),
        (EtsRule.DefaultName, new(
            options => new EtsForecaster(options.Ets, options.Period),
            state => state.Ets is { } parameters ? new EtsRule(parameters, state.FirstDate) : null)),
        (ThetaRule.DefaultName, new(
            options => new ThetaForecaster(options.Period),
            state => state.Ets is null ? null : new ThetaRule(state))),
        (SeasonalNaiveDriftRule.DefaultName, new(
            options => new SeasonalNaiveDriftForecaster(options.Period),
            state => state.Period >= 1 ? new SeasonalNaiveDriftRule(state.Period, state.Slope) : null)),
        (ArimaRule.DefaultName, new(options => new ArimaForecaster(options.Order, options.Period, options.Models), ArimaRule.Restore)),
        (StlEtsRule.DefaultName, new(options => new StlEtsForecaster(options.Periods), StlEtsRule.Restore)),
        (CrostonRule.DefaultName, new(
            options => new CrostonForecaster(options.IsCorrected, options.Share),
            state => state.Demand is { IsSound: true } demand ? new CrostonRule(state.IsCorrected, demand, state.FirstDate) : null)),
        (AdidaRule.DefaultName, new(AdidaForecaster.Make, AdidaRule.Restore)),
        (TsbRule.DefaultName, new(
            options => new TsbForecaster(options.Share),
            state => state.Demand is { IsSound: true } demand ? new TsbRule(demand, state.FirstDate) : null)));

    /// <summary>Makes a scaler known by its <see cref="Scaler.Kind"/>.</summary>
    /// <param name="create">A new one, not yet fitted.</param>
    /// <exception cref="ArgumentException">The kind is empty, or another scaler has it.</exception>
    public static void Register(Func<Scaler> create)
    {
        ArgumentNullException.ThrowIfNull(create);
        Scaler example = create();
        Scalers.Add(example.Kind, create, example.GetType());
    }

    /// <summary>Makes a transform known by its <see cref="TargetTransform.Name"/>.</summary>
    /// <param name="transform">That of all forecasters that name it.</param>
    /// <exception cref="ArgumentException">Another transform has the name.</exception>
    public static void Register(TargetTransform transform)
    {
        ArgumentNullException.ThrowIfNull(transform);
        Transforms.Add(transform.Name, transform, transform.GetType());
    }

    /// <summary>Makes an input without settings known by its <see cref="ForecastInput.Kind"/>.</summary>
    /// <param name="create">A new one.</param>
    /// <exception cref="ArgumentException">The kind is empty, or another input has it.</exception>
    public static void Register(Func<ForecastInput> create)
    {
        ArgumentNullException.ThrowIfNull(create);
        ForecastInput example = create();
        Inputs.Add(example.Kind, _ => create(), example.GetType());
    }

    /// <summary>Makes a kind of input known that has settings.</summary>
    /// <param name="kind">Its <see cref="ForecastInput.Kind"/>.</param>
    /// <param name="create">Makes one from its <see cref="ForecastInput.Settings"/>.</param>
    /// <exception cref="ArgumentException">The kind is empty.</exception>
    public static void Register(string kind, Func<string, ForecastInput> create)
    {
        ArgumentNullException.ThrowIfNull(create);
        Inputs.Add(kind, create, typeof(ForecastInput));
    }

    /// <summary>Makes a forecaster known by its <see cref="PartsForecaster.Name"/>.</summary>
    /// <param name="create">A new one, not yet fitted.</param>
    /// <exception cref="ArgumentException">Another forecaster has the name.</exception>
    public static void Register(Func<OwnForecaster> create)
    {
        ArgumentNullException.ThrowIfNull(create);
        OwnForecaster example = create();
        Forecasters.Add(example.Name, new BaselineKind(_ => create(), _ => null), example.GetType());
    }
}
