using System.Buffers.Binary;
using System.Security.Cryptography;
using Unroll.Forecasting;
using Unroll.Formats;
using Xunit;
using static Unroll.Tests.Forecasting.SmallEnsembles;

namespace Unroll.Tests.Forecasting;

/// <summary>Every kind of forecaster comes back from its file to the bit, and a file that does not do is refused in one line.</summary>
public sealed class ForecastFileTests : IDisposable
{
    private readonly TestFiles _files = new();

    public void Dispose() => _files.Dispose();

    private static Dictionary<string, Func<PartsForecaster>> Kinds { get; } = new()
    {
        ["naive"] = () => new NaiveForecaster(),
        ["seasonal naive"] = () => new SeasonalNaiveForecaster(7),
        ["drift"] = () => new DriftForecaster(),
        ["mean"] = () => new MeanForecaster(),
        ["least squares"] = () => new LeastSquaresForecaster(5, 0.1),
        ["ETS"] = () => new EtsForecaster(EtsModel.HoltWintersAdditive, 7),
        ["ARIMA"] = () => new ArimaForecaster(null, 7, models: 6),
        ["Croston"] = () => new CrostonForecaster(),
        ["TSB"] = () => new TsbForecaster(0.2),
        ["ADIDA"] = () => new AdidaForecaster(0.2),
        ["STL + ETS"] = () => new StlEtsForecaster([7, 14]),
        ["ridge"] = () => new RidgeForecaster(),
        ["ridge on relative changes"] = () => new RidgeForecaster(Recipe(transform: TargetTransform.Relative)),
        ["networks"] = () => new EnsembleForecaster(Recipe(epochs: 2)),
        ["a head"] = () => new EnsembleForecaster(Recipe(epochs: 2) with { Head = ForecastHead.Gaussian }),
        ["recursive"] = () => new EnsembleForecaster(Recipe(epochs: 2, strategy: Strategy.Recursive) with { Head = ForecastHead.Quantile }),
        ["network"] = () => new NetworkForecaster(
            new NetworkRecipe { Units = 3, Threads = 1, Training = new TrainingOptions { Epochs = 1 } }),
        ["blend"] = () => new BlendForecaster([new EnsembleForecaster(Recipe(epochs: 2) with { Head = ForecastHead.StudentT }),
            new RidgeForecaster(), new NaiveForecaster(), new EtsForecaster(EtsModel.Simple)]),
    };

    public static TheoryData<string, string> Cases
    {
        get
        {
            var cases = new TheoryData<string, string>();
            foreach (string kind in Kinds.Keys)
            {
                cases.Add(kind, MadeTasks.Table);
                cases.Add(kind, MadeTasks.Both);
            }

            cases.Add("networks", MadeTasks.Targets);
            cases.Add("blend", MadeTasks.Series);
            return cases;
        }
    }

    private static ForecastTask Task(string shape) =>
        MadeTasks.Of(shape, inputs: new ForecastInputs { Known = ["event"], Calendar = true });

    private string Path(string name) => System.IO.Path.Combine(_files.Folder, name);

    private string Saved(PartsForecaster forecaster)
    {
        ForecastFile.Save(forecaster, Path("a.unroll"));
        return Path("a.unroll");
    }

    private static string Refused(string path) => Assert.Throws<UnrollException>(() => ForecastFile.Load(path)).Message;

    [Theory]
    [MemberData(nameof(Cases))]
    public void All_comes_back_and_predicts_the_same_to_the_bit(string kind, string shape)
    {
        ForecastTask task = Task(shape);
        PartsForecaster saved = Fitted(Kinds[kind](), task), loaded = ForecastFile.Load(Saved(saved));
        ForecastFile.Save(loaded, Path("b.unroll"));
        Assert.Equal(File.ReadAllBytes(Path("a.unroll")), File.ReadAllBytes(Path("b.unroll")));
        Assert.Equal(saved.GetType(), loaded.GetType());
        Assert.Equal((saved.Name, saved.Key, saved.Kind, saved.Window, saved.Parameters, saved.SeriesColumn, saved.TrainedOn),
            (loaded.Name, loaded.Key, loaded.Kind, loaded.Window, loaded.Parameters, loaded.SeriesColumn, loaded.TrainedOn));
        Assert.Equal(saved.Parts, loaded.Parts);
        Assert.Equal(saved.Targets, loaded.Targets);
        Assert.Null(loaded.History);
        Assert.Equal(saved.Horizon, loaded.Horizon);
        Assert.Equal(saved.Predict(task).AllRows(), loaded.Predict(task).AllRows());
        foreach (int rows in (int[])[320, 80])
        {
            // Without the first training row exponential smoothing starts anew.
            SeriesSet coming = MadeTasks.With(task.Data, (_, series) => UpTo(series, series.Rows - 20, 2).Tail(rows));
            (Part, ForecastRow)[] expected = saved.Predict(coming, 2).AllRows();
            Assert.Equal(expected, loaded.Predict(coming, 2).AllRows());
            Assert.All(expected, row => Assert.True(double.IsFinite(row.Item2.Value)));
        }
    }

    /// <summary>Fitted for one row ahead it is the model file of the tutorial, which knows no errors to make intervals of.</summary>
    [Fact]
    public void A_tutorials_network_is_a_model_file_and_goes_further_from_its_own_predictions()
    {
        ForecastTask task = MadeTasks.Of(MadeTasks.Table, steps: 1);
        PartsForecaster saved = Fitted(Kinds["network"](), task), loaded = ForecastFile.Load(Saved(saved));
        Assert.Equal(saved.Networks[0].ParameterCount, Model.Load(Path("a.unroll")).ParameterCount);
        Assert.Equal((saved.Name, saved.Key, saved.Window, 1), (loaded.Name, loaded.Key, loaded.Window, loaded.Horizon));
        Assert.Equal(saved.Predict(task).AllRows(), loaded.Predict(task).AllRows());
        Assert.Equal(saved.Predict(task.Data, 5).AllRows(), loaded.Predict(task.Data, 5).AllRows());
    }

    [Fact]
    public void A_refit_forecaster_keeps_the_errors_of_the_rows_after_training()
    {
        ForecastTask task = Task(MadeTasks.Table);
        BlendForecaster blend = Fitted((BlendForecaster)Kinds["blend"](), task);
        blend.Refit(task.Whole(), null, TestContext.Current.CancellationToken);
        Assert.Equal(MadeTasks.Test, blend.Models[task.Parts[0]].Track!.LaterActual.Length);
        SeriesSet coming = MadeTasks.With(task.Data, (_, series) => UpTo(new TimeSeries(series.Name, [.. series.Dates, .. series.NextDates(
            2)], [.. series.ColumnNames.Select(name => (name, (double[])[.. series[name].Values, 0, 1]))]), series.Rows - 1, 2));
        Assert.Equal(blend.Predict(coming, 2).AllRows(), ForecastFile.Load(Saved(blend)).Predict(coming, 2).AllRows());
    }

    [Fact]
    public void Only_the_newest_errors_are_kept()
    {
        var track = new TrackRecord(new HorizonForecast([1, 2], [[1, 2]]), null);
        double[] rows = [.. Enumerable.Range(0, 900).Select(row => (double)row)];
        RawForecast Of(int first, int count) => new([.. rows.Skip(first).Take(count).Select(row => new[] { row, row + 1 })], null);
        TrackRecord kept = track.With(Of(0, 700), rows.AsSpan(0, 700)).With(Of(700, 200), rows.AsSpan(700));
        Assert.Equal(rows[150..], kept.LaterActual);
        Assert.Equal(rows[150..], kept.Later.Select(ahead => ahead[0]));
        TrackRecord back = TrackContent.Of(kept).ToRecord();
        Assert.Equal(kept.Later, back.Later);
        Assert.Equal(kept.LaterActual, back.LaterActual);
        Assert.Equal((1, 2), (back.Validation.Origins, back.Validation.Steps));
    }

    [Fact]
    public void Exponential_smoothing_that_fits_exactly_can_be_saved()
    {
        ForecastSplit split = MadeTables.Split(MadeTables.Days([.. Enumerable.Range(0, 60).Select(row => 5.0 + (0.25 * row))]), 5, 6);
        EtsForecaster saved = Fitted(new EtsForecaster(EtsModel.Holt), split, 2);
        EtsParameters exact = saved.ParametersOf(saved.Parts[0]) with { Deviance = double.NegativeInfinity };
        saved.Keep(saved.Facts, [new BaselineModel(BaselineRule.Restore(new BaselineState("ETS", Ets: exact,
            FirstDate: split.Train.Dates[0]), "x")) { Part = saved.Parts[0], Facts = saved.Models.Values.Single().Facts }]);
        Assert.Equal(saved.Predict(new ForecastTask(split, 2)).AllRows(), Loaded(saved).Predict(new ForecastTask(split, 2)).AllRows());
        Assert.Equal(20 - 0.25, saved.Ahead(split, 1)[4, 1], 0.3);
    }

    [Theory]
    [InlineData("its parts do not fit each other", "\"target\":\"x\"},\"facts\"", "\"target\":\"y\"},\"facts\"")]
    [InlineData("its linear models do not fit its inputs", "\"lags\":", "\"lags\":1")]
    [InlineData("its numbers are cut off", "\"actual\":\"", "\"actual\":\"AAAA")]
    [InlineData("its shares do not fit its members", "\"shares\":[[", "\"shares\":[[[1,0],")]
    [InlineData("is no Unroll model file", "\"networks\":[\"", "\"networks\":[\"AAAA")]
    [InlineData("", "\"horizon\":2", "\"horizon\":3")]
    [InlineData("", "\"plan\"", "\"plans\"")]
    [InlineData("", "\"penalties\":[", "\"penalties\":null,\"x\":[")]
    [InlineData("", "\"head\":\"StudentT\"", "\"head\":\"Gaussian\"")]
    [InlineData("", "\"scales\":[[", "\"scales\":[[1,")]
    [InlineData("", "}]}", "}]")]
    public void Contents_that_do_not_fit_are_refused(string how, string old, string other)
    {
        string path = Saved(Fitted(Kinds["blend"](), Task(MadeTasks.Table)));
        string altered = Altered(path, _files, json => json.Replace(old, other, StringComparison.Ordinal)), message = Refused(altered);
        Assert.StartsWith($"{altered} is damaged: ", message, StringComparison.Ordinal);
        Assert.EndsWith(". Train it again.", message, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', message);
        Assert.Contains(how, message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("forecaster", "\"name\":\"naive\"", "\"name\":\"trend\"", "trend")]
    [InlineData("transform", "\"transform\":\"log-return\"", "\"transform\":\"root\"", "root")]
    public void Kinds_that_are_not_registered_are_told_apart_from_damage(string what, string old, string other, string kind)
    {
        string path = Saved(Fitted(Kinds["blend"](), Task(MadeTasks.Table)));
        string altered = Altered(path, _files, json => json.Replace(old, other, StringComparison.Ordinal)), message = Refused(altered);
        Assert.StartsWith($"{altered} holds the {what} \"{kind}\", which this program does not know. Make it known before loading: ",
            message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_recursive_forecast_is_not_taken_for_a_direct_one()
    {
        string altered = Altered(Saved(Fitted(Kinds["recursive"](), Task(MadeTasks.Table))), _files,
            json => json.Replace("\"strategy\":\"Recursive\"", "\"strategy\":\"Direct\"", StringComparison.Ordinal));
        Assert.Equal($"{altered} is damaged: its linear models do not fit its inputs. Train it again.", Refused(altered));
    }

    [Fact]
    public void A_damaged_file_is_refused_wherever_the_damage_is()
    {
        byte[] bytes = File.ReadAllBytes(Saved(Fitted(Kinds["ridge"](), Task(MadeTasks.Table))));
        foreach (int at in Enumerable.Range(0, 50).Select(i => i * (bytes.Length - 1) / 49))
        {
            string altered = _files.Write("b.unroll", [.. bytes[..at], (byte)(bytes[at] ^ 1), .. bytes[(at + 1)..]]),
                message = Refused(altered);
            Assert.StartsWith(altered, message, StringComparison.Ordinal);
            Assert.DoesNotContain('\n', message);
            string cut = _files.Write("c.unroll", bytes[..at]);
            Assert.StartsWith(cut, Refused(cut), StringComparison.Ordinal);
        }

        Assert.Equal($"{Path("b.unroll")} is damaged: its checksum does not fit its contents. Train it again.",
            Refused(_files.Write("b.unroll", [.. bytes[..^1], (byte)(bytes[^1] ^ 1)])));
        BinaryPrimitives.WriteInt32LittleEndian(bytes.AsSpan(8), 2);
        SHA256.HashData(bytes.AsSpan(..^32), bytes.AsSpan(^32..));
        Assert.Equal($"{Path("b.unroll")} has format version 2, newer than the 1 that this Unroll reads. Update Unroll, or train it again "
            + "with this version.", Refused(_files.Write("b.unroll", bytes)));
    }

    [Fact]
    public void What_is_no_forecaster_is_refused()
    {
        Model model = new Model(new Lstm(2), new Dense(1)).Build(new Shape(3, 1), 1);
        string path = Path("m.unroll");
        model.Save(path);
        Assert.Equal($"{path} holds a model, but not the scaler, window and target that a forecast needs. Give a file that unroll forecast "
            + "or ForecastFile.Save wrote.", Refused(path));
        foreach (string key in (string[])["ensemble", "targets", "panel"])
        {
            ModelFile.Write(path, model, new Dictionary<string, string> { [key] = "{}" });
            Assert.Equal($"{path} was written by an older version of Unroll, whose forecasts this one does not read. Train it again with "
                + "unroll forecast.", Refused(path));
        }

        Assert.Equal(ModelFile.ToBytes(model), ModelFile.ToBytes(ModelFile.FromBytes(ModelFile.ToBytes(model), "bytes").Model));
        Assert.Equal("bytes is no Unroll model file. Give the file that a forecast or Model.Save wrote.",
            Assert.Throws<UnrollException>(() => ModelFile.FromBytes([1, 2, 3], "bytes")).Message);
        Assert.Throws<InvalidOperationException>(() => ForecastFile.Save(new RidgeForecaster(), path));
    }
}
