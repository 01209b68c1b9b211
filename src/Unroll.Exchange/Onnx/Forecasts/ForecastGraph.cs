using Unroll.Exchange.OnnxFormat.Messages;
using Unroll.Forecasting;
using DataType = Unroll.Exchange.OnnxFormat.Messages.TensorProto.Types.DataType;

namespace Unroll.Exchange.OnnxFormat.Forecasts;

/// <summary>A whole forecaster as one graph: rows in, forecasts of all its parts out.</summary>
internal sealed class ForecastGraph
{
    public const int Opset = 17;
    public const string History = "history", Dates = "dates", DatesAhead = "dates_ahead", KnownAhead = "known_ahead";
    public const string DatesOut = "dates_out", Values = "values", Quantiles = "quantiles", Naive = "naive";

    private readonly PartsForecaster _forecaster;
    private readonly GraphMath _math;
    private readonly GraphSeries[] _series;
    private readonly string[] _keys, _targets;
    private readonly Dictionary<PartModel, RawGraph> _raw = [];
    private readonly Dictionary<PartModel, List<string>> _sound = [];

    private ForecastGraph(PartsForecaster forecaster, ForecastColumns columns)
    {
        (_forecaster, _keys, _targets) = (forecaster, columns.Series, columns.Targets);
        (string[] all, string[] known) = ([.. columns.Targets, .. columns.Past, .. columns.Known], columns.Known);
        var graph = new GraphWriter("forecast");
        _math = new GraphMath(graph);
        bool isTable = columns.IsTable;
        object[] many = isTable ? [] : [_keys.Length];
        int horizon = forecaster.Horizon;
        graph.Input(History, DataType.Double, [.. many, "rows", all.Length]);
        graph.Input(Dates, DataType.Int64, [.. many, "rows"]);
        graph.Input(DatesAhead, DataType.Int64, [.. many, horizon]);
        if (known.Length > 0)
            graph.Input(KnownAhead, DataType.Double, [.. many, horizon, known.Length]);
        string Of(string input, int series) => isTable ? input : _math.Gather(input, _math.Whole(series));
        _series = [.. _keys.Select((key, s) => new GraphSeries(
            _math, forecaster.Facts, all, known, Of(History, s), Of(Dates, s), Of(DatesAhead, s), known.Length > 0 ? Of(KnownAhead, s) : "")
        {
            First = Model(s, 0).Facts.TrainedFrom,
        })];
    }

    /// <summary>The file of a forecaster.</summary>
    /// <exception cref="UnsupportedModelException">A part of it cannot be expressed.</exception>
    public static ModelProto Write(PartsForecaster forecaster, IReadOnlyList<string>? series)
    {
        var columns = ForecastColumns.Of(forecaster, series);
        string[] reasons = [.. ForecastSupport.Reasons(forecaster, columns).Distinct()];
        if (reasons.Length > 0)
            throw new UnsupportedModelException($"The {forecaster.Name} forecaster", reasons, "Save it with ForecastFile instead.");
        var graph = new ForecastGraph(forecaster, columns);
        bool hasQuantiles = graph.Run(columns.IsTable);
        RemoveUnused(graph._math.Graph.Graph);
        ModelProto model = graph._math.Graph.ToModel(Opset);
        ForecastMetadata.Write(model, forecaster, columns, hasQuantiles);
        return model;
    }

    /// <summary>Takes out what nothing reads, of which runtimes warn.</summary>
    private static void RemoveUnused(GraphProto graph)
    {
        HashSet<string> used = [.. graph.Output.Select(output => output.Name)];
        for (int i = graph.Node.Count - 1; i >= 0; i--)
        {
            if (graph.Node[i].Output.Any(used.Contains))
                Read(graph.Node[i], used);
            else
                graph.Node.RemoveAt(i);
        }

        for (int i = graph.Initializer.Count - 1; i >= 0; i--)
        {
            if (!used.Contains(graph.Initializer[i].Name))
                graph.Initializer.RemoveAt(i);
        }

        static void Read(NodeProto node, HashSet<string> used)
        {
            used.UnionWith(node.Input);
            foreach (AttributeProto attribute in node.Attribute.Where(attribute => attribute.G is not null))
            {
                used.UnionWith(attribute.G.Output.Select(output => output.Name));
                RemoveUnused(attribute.G);
                foreach (NodeProto inner in attribute.G.Node)
                    Read(inner, used);
            }
        }
    }

    private bool Run(bool isTable)
    {
        WriteNetworks();
        int horizon = _forecaster.Horizon, levels = Heads.Levels.Length;
        bool hasQuantiles = _keys.Index().Any(key => _targets.Index().Any(target => Model(key.Index, target.Index).Track is not null));
        List<string> values = [], quantiles = [], naive = [];
        for (int s = 0; s < _keys.Length; s++)
        {
            List<string> own = [], spread = [], newest = [];
            for (int k = 0; k < _targets.Length; k++)
            {
                PartModel model = Model(s, k);
                IntervalLimits limits = model.Facts.Limits;
                RawGraph raw = Raw(model, s);
                string given = _series[s].Column(_targets[k]), isSound = Soundness(model, s, given);
                string value = _math.Where(isSound, raw.Values, _math.NotANumber);
                value = _math.Clip(value, limits.Min ?? double.NegativeInfinity, limits.Max ?? double.PositiveInfinity);
                own.Add(_math.Unsqueeze(value, 1));
                newest.Add(_math.Unsqueeze(_math.Expand(_math.Slice(given, -1), horizon), 1));
                if (hasQuantiles)
                {
                    string all = model.Track is { } track
                        ? _math.Where(
                            isSound, IntervalGraph.Write(_math, track, raw with { Values = value }, horizon, limits), _math.NotANumber)
                        : _math.Expand(_math.NotANumber, horizon, levels);
                    spread.Add(_math.Unsqueeze(all, 1));
                }
            }

            values.Add(_math.Concat(1, own));
            naive.Add(_math.Concat(1, newest));
            if (hasQuantiles)
                quantiles.Add(_math.Concat(1, spread));
        }

        object[] many = isTable ? [] : [_keys.Length];
        _math.Graph.Node("Identity", [DatesAhead], [DatesOut]);
        _math.Graph.Output(DatesOut, DataType.Int64, [.. many, horizon]);
        Output(Values, values, horizon, _targets.Length);
        if (hasQuantiles)
            Output(Quantiles, quantiles, horizon, _targets.Length, levels);
        Output(Naive, naive, horizon, _targets.Length);
        return hasQuantiles;

        void Output(string name, List<string> parts, params object[] shape)
        {
            string all = isTable ? parts[0] : _math.Concat(0, [.. parts.Select(part => _math.Unsqueeze(part, 0))]);
            _math.Graph.Node("Identity", [all], [name]);
            _math.Graph.Output(name, DataType.Double, [.. many, .. shape]);
        }
    }

    private PartModel Model(int series, int target) => _forecaster.Models[new Part(_keys[series], _targets[target])];

    /// <summary>Whether the rows are what the model needs: as many as it looks at, complete, in the order of their dates.</summary>
    private string Soundness(PartModel model, int series, string given)
    {
        string isComplete = _math.All(_math.Not(_math.Function("IsNaN", given)));
        string isLong = _math.Function("GreaterOrEqual", _series[series].Count, _math.Whole(model.NeededRows));
        IEnumerable<string> all = [isComplete, isLong, .. Members(model).SelectMany(member => _sound.GetValueOrDefault(member) ?? [])];
        return all.Aggregate(_series[series].IsInOrder, _math.And);
    }

    /// <summary>Networks first, because those of all series are written together.</summary>
    private void WriteNetworks()
    {
        PartModel[][] used = [.. _keys.Select((_, s) => _targets.SelectMany((_, k) => Members(Model(s, k))).ToArray())];
        var groups = used.SelectMany((models, s) => models.OfType<EnsembleModel>().Select(model => (Series: s, Model: model)))
            .GroupBy(each => each.Model.Networks[0]);
        foreach (IGrouping<Model, (int Series, EnsembleModel Model)> group in groups)
        {
            (int Series, EnsembleModel[] Models)[] rows =
                [.. group.DistinctBy(each => each.Series).Select(each => (each.Series, each.Model.Siblings.ToArray()))];
            var graph = new EnsembleGraph(_math, [.. rows.Select(row => _series[row.Series])], [.. rows.Select(row => row.Models)]);
            RawGraph[][] raw = graph.Write();
            for (int i = 0; i < rows.Length; i++)
            {
                for (int k = 0; k < rows[i].Models.Length; k++)
                {
                    _raw[rows[i].Models[k]] = raw[i][k];
                    _sound[rows[i].Models[k]] = [.. graph.SoundnessOf(i)];
                }
            }
        }
    }

    /// <summary>A model and, of a blend, the members that count.</summary>
    private static IEnumerable<PartModel> Members(PartModel model) =>
        model is BlendModel blend ? blend.UsedMembers.SelectMany(Members).Prepend(model) : [model];

    private RawGraph Raw(PartModel model, int series)
    {
        if (!_raw.TryGetValue(model, out RawGraph? raw))
            _raw.Add(model, raw = Write(model, series));
        return raw;
    }

    private RawGraph Write(PartModel model, int series)
    {
        int horizon = _forecaster.Horizon;
        var rules = new RuleGraph(_math, _series[series], model.Part.Target, horizon);
        switch (model)
        {
            case BaselineModel baseline:
                return new RawGraph(rules.Write(baseline.Rule), null);
            case SimpleModel simple:
                string sum = simple.Rules.Select(rules.Write).Aggregate(_math.Add);
                return new RawGraph(_math.Divide(sum, _math.Number(simple.Rules.Length)), null);
            case RidgeModel ridge:
                var frame = new GraphFrame(_math, _series[series], ridge.Linear.Plan, horizon);
                _sound[model] = frame.IsSound is { } isSound ? [isSound] : [];
                string linear = LinearGraph.Write(_math, frame, frame.Start, ridge.Linear, null);
                return new RawGraph(frame.Inverse(_math, frame.Start, linear), null);
            case NetworkModel network:
                return new RawGraph(Recursive(network, series, horizon), null);
            case BlendModel blend:
                return Blend(blend, series, horizon);
            default:
                throw new NotSupportedException($"{model.GetType().Name} has no graph.");
        }
    }

    /// <summary>The tutorial's network: its outputs, scaled, take the place of the oldest inputs.</summary>
    private string Recursive(NetworkModel model, int series, int horizon)
    {
        (int window, ScalerState scale) = (model.Facts.Window, model.Scaler.State);
        string given = _series[series].Column(model.Part.Target);
        string newest = _math.Slice(_math.Concat(0, _math.Expand(_math.NotANumber, window), given), -window);
        string scaled = _math.ToFloat(_math.Divide(_math.Subtract(newest, _math.Number(scale.Offset)), _math.Number(scale.Scale)));
        string[] results = _math.Loop(_math.Whole(horizon), [scaled], [DataType.Float], (math, _, before) =>
        {
            string output = NetworkGraph.Write(model.Network, math.Graph, math.Reshape(before[0], 1, window, 1));
            string next = math.Reshape(output, 1);
            return [math.Concat(0, math.Slice(before[0], 1), next), math.ToNumber(next)];
        }, outputs: 1);
        return _math.Add(_math.Multiply(_math.Reshape(results[1], horizon), scale.Scale), scale.Offset);
    }

    private RawGraph Blend(BlendModel blend, int series, int horizon)
    {
        PartModel[] members = [.. blend.UsedMembers];
        RawGraph[] raw = Array.ConvertAll(members, member => Raw(member, series));
        double[][] shares = Array.ConvertAll(members, member => blend.Shares[Array.IndexOf(blend.Members, member)][..horizon]);
        string? mixed = null;
        for (int k = 0; k < raw.Length; k++)
        {
            if (!shares[k].AsSpan().ContainsAnyExcept(0.0))
                continue;
            // A forecast of share 0 may be infinite.
            string share = _math.Numbers(shares[k]), has = _math.Function("Greater", share, _math.Number(0));
            string part = _math.Where(has, _math.Multiply(raw[k].Values, share), _math.Number(0));
            mixed = mixed is null ? part : _math.Add(mixed, part);
        }

        int[] heads = [.. Enumerable.Range(0, raw.Length).Where(k => raw[k].Head is not null)];
        if (heads.Length == 0)
            return new RawGraph(mixed!, null);
        string? around = null;
        foreach (int k in heads)
        {
            double[] weights = [.. Enumerable.Range(0, horizon).Select(h =>
            {
                double sum = heads.Sum(each => shares[each][h]);
                return sum > 0 ? shares[k][h] / sum : 1.0 / heads.Length;
            })];
            string apart = _math.Subtract(raw[k].Head!, _math.Unsqueeze(raw[k].Values, 1));
            apart = _math.Multiply(_math.Numbers(weights, horizon, 1), apart);
            around = around is null ? apart : _math.Add(around, apart);
        }

        return new RawGraph(mixed!, _math.Add(_math.Unsqueeze(mixed!, 1), around!));
    }
}
