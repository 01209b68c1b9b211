using Unroll.Formats;

namespace Unroll.Forecasting;

/// <summary>Fitted forecasters as what their files hold, and back.</summary>
internal static class ForecasterContents
{
    /// <param name="forecaster">Fitted.</param>
    /// <param name="withTracks">Whether its errors are kept; members of a blend leave that to the blend.</param>
    public static ForecasterContent Of(PartsForecaster forecaster, bool withTracks)
    {
        FittedFacts facts = forecaster.Facts;
        PartModel[] models = [.. facts.Parts.Select(part => forecaster.Models[part])];
        PartContent[] parts = Array.ConvertAll(models, model => PartContent.Of(model, withTracks));
        return forecaster switch
        {
            BlendForecaster blend => new BlendContent
            {
                Facts = facts,
                Parts = parts,
                Members = [.. blend.Members.Select(
                member => Of(member, false))],
                Shares = Array.ConvertAll(models, model => ((BlendModel)model).Shares)
            },
            EnsembleForecaster ensemble => Of(ensemble, facts, parts, [.. models.OfType<EnsembleModel>()]),
            RidgeForecaster ridge => new RidgeContent
            {
                Facts = facts,
                Parts = parts,
                Linear = Linear([.. models.OfType<RidgeModel>().Select(model => model.Linear)]),
                IsPooled = Array.ConvertAll(ridge.Choices, choice => choice.IsPooled),
            },
            BaselineForecaster baseline => new BaselineContent
            {
                Facts = facts,
                Parts = parts,
                Name = Writable(baseline),
                Options = baseline.Options,
                Rules = Array.ConvertAll(models, model => ((BaselineModel)model).Rule.State),
            },
            NetworkForecaster => new NetworkContent
            {
                Facts = facts,
                Parts = parts,
                Name = forecaster.Name,
                Seed = ((NetworkModel)models[0]).Seed,
                Networks = Array.ConvertAll(models, model => ModelFile.ToBytes(((NetworkModel)model).Network)),
                Scalers = Array.ConvertAll(models, model => ((NetworkModel)model).Scaler.State),
            },
            PretrainedForecaster pretrained => Of(pretrained, facts, parts),
            _ => throw new NotSupportedException($"The {forecaster.Name} forecaster is not written to files."),
        };
    }

    /// <exception cref="UnrollException">The parts do not fit each other.</exception>
    public static PartsForecaster ToForecaster(ForecasterContent content, string path)
    {
        FittedFacts facts = content.Facts;
        if (facts.Parts.Count == 0 || !facts.Parts.SequenceEqual(content.Parts.Select(part => part.Part)))
            throw new UnrollException("its parts do not fit each other");
        return content switch
        {
            BlendContent blend => Blend(blend, path),
            EnsembleContent ensemble => Ensemble(ensemble, path),
            RidgeContent ridge => Ridge(ridge),
            BaselineContent baseline => Baseline(baseline),
            NetworkContent network =>
                new NetworkForecaster(network.Name, network.Scalers[0].Kind, facts,
                [.. content.Parts.Select((part, i) => With(new NetworkModel(ModelFile.FromBytes(network.Networks[i], path).Model,
                Scaler.Restore(network.Scalers[i]), network.Seed) { Part = part.Part, Facts = part.Facts }, part))]),
            PretrainedContent pretrained => ToPretrained(pretrained, path),
            _ => throw new UnrollException("it holds a forecaster that this version does not know"),
        };
    }

    private static PretrainedContent Of(PretrainedForecaster pretrained, FittedFacts facts, PartContent[] parts) => new()
    {
        Facts = facts,
        Parts = parts,
        Name = pretrained.Name,
        Network = ModelFile.ToBytes(pretrained.Network
            ?? throw new UnrollException($"{pretrained.Name} is a function, which no file holds. Save the network that it runs.")),
        Columns = pretrained.Options.Columns,
        Gives = pretrained.Options.Gives.Name,
        Outputs = pretrained.Outputs,
        Scalers = [.. facts.Parts.Select(
            part => Array.ConvertAll(((PretrainedModel)pretrained.Models[part]).Scalers, scaler => scaler.State))],
        Scaling = pretrained.ScaledColumns.ToDictionary(column => column, column => ScalerContent.Of(pretrained.Options.Scaling(column))),
        TrainedOn = pretrained.Options.TrainedOn?.ToString() is { } range && DateRange.TryParse(range, out _) ? range : null,
    };

    private static PretrainedForecaster ToPretrained(PretrainedContent content, string path)
    {
        FittedFacts facts = content.Facts;
        bool isAlone = content.Columns.Count == 0;
        string[] scaled = isAlone ? [.. facts.Targets] : [.. content.Columns.Union(facts.Targets, StringComparer.OrdinalIgnoreCase)];
        int scalers = isAlone ? 1 : scaled.Length;
        if ((!isAlone && facts.Targets.Count != 1) || content.Scalers.Length != content.Parts.Length
            || !Array.TrueForAll(content.Scalers, own => own.Length == scalers) || !Array.TrueForAll(scaled, content.Scaling.ContainsKey))
            throw new UnrollException("its scalers do not fit its columns");
        var options = new PretrainedOptions
        {
            Name = content.Name,
            Columns = content.Columns,
            Gives = TargetTransform.Parse(content.Gives),
            Outputs = content.Outputs,
            Scaling = column => content.Scaling[column].ToScaler(),
            TrainedOn = content.TrainedOn is { } range ? DateRange.Parse(range) : (DateRange?)null,
        };
        return new PretrainedForecaster(
            ModelFile.FromBytes(content.Network, path).Model,
            options,
            facts,
            content.Parts.Select((part, i) => (part.Part, part.Facts, Array.ConvertAll(content.Scalers[i], Scaler.Restore))));
    }

    private static EnsembleContent Of(EnsembleForecaster ensemble, FittedFacts facts, PartContent[] parts, EnsembleModel[] models) => new()
    {
        Facts = facts,
        Parts = parts,
        Cell = ensemble.Recipe.Network.Cell,
        Label = ensemble.Recipe.Network.Body is null ? ensemble.Recipe.Network.Label : ensemble.Name,
        IsOwn = ensemble.Recipe.Network.Body is not null,
        Recipe = RecipeContent.Of(ensemble.Recipe.Network) is var own && ensemble.CanRefit ? own : own with { IsWhole = false },
        Strategy = models[0].Strategy,
        Head = models[0].Head,
        Networks = [.. models[0].Networks.Select(network => ModelFile.ToBytes(network))],
        Linear = Linear([.. models.Select(model => model.Linear)]),
        Scales = Array.ConvertAll(models, model => model.Scales),
        IsPooled = [.. ensemble.Chosen!.Choices.Select(choice => choice.IsPooled)],
        Statics = ensemble.StaticInputs.Columns,
        Epochs = ensemble.Chosen.Epochs,
    };

    private static EnsembleForecaster Ensemble(EnsembleContent content, string path)
    {
        FittedFacts facts = content.Facts;
        Model[] networks = Array.ConvertAll(content.Networks, bytes => ModelFile.FromBytes(bytes, path).Model);
        PartContent[] learnt = Learnt(content);
        RidgeWeights[] linear = Linear(content.Linear, learnt.Length);
        EnsembleModel[] models = [.. learnt.Select((part, i) => With(new EnsembleModel
        {
            Part = part.Part,
            Facts = part.Facts,
            Linear = Check(linear[i], facts, content.Strategy),
            Networks = networks,
            Scales = content.Scales[i],
            Strategy = content.Strategy,
            Head = content.Head,
            Horizon = facts.Horizon,
        }, part))];
        foreach (IGrouping<string, EnsembleModel> series in models.GroupBy(model => model.Part.Series))
        {
            EnsembleModel[] own = EnsembleModel.Together([.. series]);
            JointInputs inputs = own[0].Inputs;
            int outputs = inputs.Lead.Steps * own.Length * Heads.OutputsOf(content.Head);
            if (networks.Length == 0
                || !Array.TrueForAll(networks, network => network.InputShape == inputs.Shape && network.OutputShape.Size == outputs)
                || own.Any(model => model.Scales.Length != model.Linear.Plan.Steps))
            {
                throw new UnrollException("its networks do not fit its inputs");
            }
        }

        var recipe = new EnsembleRecipe
        {
            Network = Recipe(content, networks),
            Members = networks.Length,
            Steps = facts.Horizon,
            Strategy = content.Strategy,
            Head = content.Head,
        };
        PlanChoice[] choices = Choices(facts, learnt, content.IsPooled, part => models.First(model => model.Part == part).Linear);
        return content.Epochs.Length == networks.Length
            ? new EnsembleForecaster(recipe, facts, WithSimple(content, models), new StaticInputs(content.Statics),
                new EnsembleTraining.Choice(choices, content.Epochs))
            { CanRefit = content.Recipe.IsWhole }
            : throw new UnrollException("its epochs do not fit its networks");
    }

    /// <summary>How the networks were made; layers of the user's own are those of the networks.</summary>
    private static NetworkRecipe Recipe(EnsembleContent content, Model[] networks)
    {
        NetworkRecipe recipe = content.Recipe.ToRecipe(content.Cell) with { Label = content.Label };
        return content.IsOwn ? recipe with { Body = _ => [.. networks[0].Layers.SkipLast(1)] } : recipe;
    }

    private static RidgeForecaster Ridge(RidgeContent content)
    {
        FittedFacts facts = content.Facts;
        PartContent[] learnt = Learnt(content);
        RidgeWeights[] linear = Linear(content.Linear, learnt.Length);
        RidgeModel[] models = [.. learnt.Select(
            (part, i) => With(new RidgeModel(Check(linear[i], facts), facts.Horizon) { Part = part.Part, Facts = part.Facts }, part))];
        return new RidgeForecaster(facts, WithSimple(content, models),
            Choices(facts, learnt, content.IsPooled, part => models.First(model => model.Part == part).Linear));
    }

    /// <summary>What was chosen for each target, read off the models.</summary>
    private static PlanChoice[] Choices(FittedFacts facts, PartContent[] learnt, bool[] isPooled, Func<Part, RidgeWeights> linear)
    {
        if (isPooled.Length != facts.Targets.Count)
            throw new UnrollException("its choices do not fit its targets");
        string[] keys = [.. learnt.Select(content => content.Part.Series).Distinct().Order(StringComparer.Ordinal)];
        return
        [
            .. facts.Targets.Select((target, k) =>
            {
                RidgeWeights[] own = Array.ConvertAll(keys, key => linear(new Part(key, target)));
                return new PlanChoice(Array.ConvertAll(own, stage => stage.Plan), Array.ConvertAll(own, stage => stage.Penalties),
                    isPooled[k], double.NaN, null);
            }),
        ];
    }

    /// <summary>The parts that have a model of the forecaster's own kind.</summary>
    private static PartContent[] Learnt(ForecasterContent content) =>
        Array.FindAll(content.Parts, part => part.Simple is null) is { Length: > 0 } learnt
        ? learnt
        : throw new UnrollException("it has no part that was learnt from");

    /// <summary>The models of all parts: those given, and simple ones.</summary>
    private static PartModel[] WithSimple(ForecasterContent content, IReadOnlyList<PartModel> models)
    {
        var own = models.ToDictionary(model => model.Part);
        return [.. content.Parts.Select(part => part.Simple is not { } states ? own[part.Part]
            : states.Length == 0 ? throw new UnrollException("it has a part without a model")
            : With(Simple(states, part), part))];

        static SimpleModel Simple(BaselineState[] states, PartContent part) =>
            new(Array.ConvertAll(states, state => BaselineRule.Restore(state, part.Part.Target))) { Part = part.Part, Facts = part.Facts };
    }

    private static BlendForecaster Blend(BlendContent content, string path)
    {
        PartsForecaster[] members = [.. content.Members.Select(member => ToForecaster(member, path))];
        if (content.Shares.Length != content.Parts.Length || Array.Exists(
            content.Shares, shares => shares.Length != members.Length || Array.Exists(shares, own => own.Length != content.Facts.Horizon)))
            throw new UnrollException("its shares do not fit its members");
        if (Array.Exists(content.Parts, part => Array.Exists(members, member => !member.Models.ContainsKey(part.Part))))
            throw new UnrollException("its parts are not those of its members");
        return new BlendForecaster(members, content.Facts, [.. content.Parts.Select((part, i) => With(new BlendModel(
            [.. members.Select(member => member.Models[part.Part])], content.Shares[i]) { Part = part.Part, Facts = part.Facts }, part))]);
    }

    private static BaselineForecaster Baseline(BaselineContent content)
    {
        BaselineOptions options = content.Options ?? new();
        BaselineForecaster forecaster = ForecastKinds.Forecasters.Find(content.Name).Make(options);
        if (forecaster is OwnForecaster asked)
            asked.Asked = (content.Facts.Horizon, asked.InputsOf(content.Facts.Inputs));
        forecaster.Keep(content.Facts, [.. content.Parts.Select((part, i) => With(
            new BaselineModel(Rule(forecaster, content.Rules[i], part.Part.Target)) { Part = part.Part, Facts = part.Facts }, part))]);
        return forecaster;
    }

    private static BaselineRule Rule(BaselineForecaster forecaster, BaselineState state, string target) =>
        forecaster is OwnForecaster own && state.Kind == own.Name
            ? BaselineRule.RestoreRule(new OwnRule(own, state.Weights ?? []), target)
            : BaselineRule.Restore(state, target);

    private static LinearContent[] Linear(RidgeWeights[] stages) =>
    [
        .. stages.Select((stage, i) => new LinearContent(
            Writable(stage.Plan),
            stage.Penalties,
            i > 0 && Array.FindIndex(stages, other => ReferenceEquals(other.Weights, stage.Weights)) is var same && same < i && same == 0
                ? [] : Array.ConvertAll(stage.Weights, weights => TrackContent.BytesOf(weights)))),
    ];

    /// <summary>The name of a forecaster that programs which read it know.</summary>
    private static string Writable(BaselineForecaster forecaster)
    {
        ForecastKinds.Forecasters.Require(forecaster.Name);
        return forecaster.Name;
    }

    /// <summary>A plan of which every kind is known to programs that read it.</summary>
    private static InputPlan Writable(InputPlan plan)
    {
        ForecastKinds.Transforms.Require(plan.Transform);
        return plan;
    }

    private static RidgeWeights[] Linear(LinearContent[] contents, int parts)
    {
        if (contents.Length != parts)
            throw new UnrollException("its linear models do not fit its parts");
        double[][] first = Array.ConvertAll(contents[0].Weights, TrackContent.NumbersOf);
        return [.. contents.Select((content, i) => new RidgeWeights(content.Plan, content.Penalties, i == 0 || content.Weights.Length == 0
            ? first : Array.ConvertAll(content.Weights, TrackContent.NumbersOf)))];
    }

    private static RidgeWeights Check(RidgeWeights linear, FittedFacts facts, Strategy strategy = Strategy.Direct)
    {
        InputPlan plan = linear.Plan;
        ForecastKinds.Transforms.Require(plan.Transform);
        bool fits = plan.Steps == (strategy == Strategy.Recursive ? 1 : facts.Horizon) && plan is { Window: >= 1, Lags: >= 1, Season: >= 1 }
            && Array.TrueForAll(InputNumbers.Of(plan), group => group.IsSound)
            && linear.Weights.Length == plan.Steps && linear.Penalties.Length == plan.Steps
            && Array.TrueForAll(linear.Weights, weights => weights.Length == InputFrame.LinearInputsOf(plan) + 1)
                && facts.Targets.Contains(plan.Target);
        return fits ? linear : throw new UnrollException("its linear models do not fit its inputs");
    }

    private static TModel With<TModel>(TModel model, PartContent content)
        where TModel : PartModel
    {
        model.Track = content.Track?.ToRecord();
        if (model.Track is { } track && track.Validation.Steps < 1)
            throw new UnrollException("its errors do not fit its horizon");
        return model;
    }
}
