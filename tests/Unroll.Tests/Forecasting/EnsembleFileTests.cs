using Unroll.Forecasting;
using Unroll.Formats;
using Xunit;
using static Unroll.Tests.Forecasting.SmallEnsembles;

namespace Unroll.Tests.Forecasting;

public class EnsembleFileTests
{
    private const int Steps = 3;

    private static readonly TimeSeries s_table = MadeTables.Of("daily", 320);

    private static ForecastSplit Split() => MadeTables.Split(s_table, 40, 14, MadeTables.AllInputs);

    /// <summary>An ensemble in which every kind of part has a share, at the first step others than at the last.</summary>
    private static EnsembleForecaster OfAllParts(ForecastSplit split, TargetTransform? transform = null)
    {
        EnsembleState state = Fitted(new EnsembleForecaster(Recipe(Steps, transform: transform)), split).State;
        BaselineForecaster[] baselines =
        [
            new NaiveForecaster(), new SeasonalNaiveForecaster(7), new DriftForecaster(),
            new EtsForecaster(EtsModel.HoltWintersAdditive, 7), new EtsForecaster(EtsModel.Simple),
        ];
        return new EnsembleForecaster(state with
        {
            Parts =
            [
                new BlendPart([0.25, 0.2, 0], true, null), new BlendPart([0.1, 0.2, 0.3], false, null),
                .. baselines.Select((baseline, k) => new BlendPart([0.13, 0.12, k == 4 ? 0 : 0.175], false, Fitted(baseline, split))),
            ],
        });
    }

    [Theory]
    [InlineData(null)]
    [InlineData("relative")]
    public void All_parts_come_back_and_predict_the_same_to_the_bit(string? transform)
    {
        ForecastSplit split = Split();
        EnsembleForecaster saved = OfAllParts(split, transform is null ? null : TargetTransform.Parse(transform));
        using var files = new TestFiles();
        string path = Path.Combine(files.Folder, "a.unroll"), again = Path.Combine(files.Folder, "b.unroll");
        saved.Save(path);
        var loaded = (EnsembleForecaster)NetworkForecaster.Load(path);
        loaded.Save(again);
        Assert.Equal(File.ReadAllBytes(path), File.ReadAllBytes(again));
        HorizonForecast expected = saved.PredictAhead(split, Steps), actual = loaded.PredictAhead(split, Steps);
        for (int origin = 0; origin < expected.Origins; origin++)
            Assert.Equal(expected.From(origin).ToArray(), actual.From(origin).ToArray());
        Assert.Equal(38, expected.Predicted(1).Distinct().Count());
        TimeSeries coming = UpTo(s_table, 300, Steps);
        Assert.Equal(saved.PredictAhead(coming, Steps), loaded.PredictAhead(coming, Steps));
        Assert.Equal(saved.PredictNext(coming), loaded.PredictNext(coming));
        // Without the first training row exponential smoothing starts anew.
        Assert.Equal(saved.PredictAhead(coming.Tail(80), Steps), loaded.PredictAhead(coming.Tail(80), Steps));
        Assert.Equal(saved.Weights(1), loaded.Weights(1));
        Assert.Equal(["GRU", "ridge", "naive", "seasonal naive", "drift", "ETS", "ETS"], loaded.Weights(1).Select(part => part.Key));
        Assert.Equal(["ridge", "naive", "seasonal naive", "drift", "ETS"], loaded.Weights(3).Select(part => part.Key));
        Assert.Equal((saved.Name, saved.Target, saved.Window, saved.Steps, saved.Members, saved.InputsInWords, saved.TrainedOn), (loaded.Name, loaded.Target, loaded.Window, loaded.Steps, loaded.Members, loaded.InputsInWords, loaded.TrainedOn));
        Assert.Equal(saved.Calibration.Actual(2), loaded.Calibration.Actual(2));
        Assert.Equal(saved.Calibration.Predicted(2), loaded.Calibration.Predicted(2));
        Assert.Null(loaded.History);
    }

    [Fact]
    public void A_blend_is_the_weighted_sum_of_its_parts()
    {
        ForecastSplit split = Split();
        EnsembleForecaster all = OfAllParts(split);
        double[] sum = new double[Steps];
        foreach (BlendPart part in all.State.Parts)
        {
            var alone = new EnsembleForecaster(all.State with { Parts = [part with { Weights = [1, 1, 1] }] });
            double[] ahead = alone.PredictAhead(split, Steps).From(7).ToArray();
            if (part.Forecaster is { } baseline)
                Assert.Equal(baseline.PredictAhead(split, Steps).From(7).ToArray(), ahead);
            for (int h = 0; h < Steps; h++)
                sum[h] += part.Weights[h] * ahead[h];
        }

        for (int h = 0; h < Steps; h++)
            Assert.Equal(sum[h], all.PredictAhead(split, Steps)[7, h + 1], 1e-10);
    }

    [Fact]
    public void Only_the_newest_calibration_rows_are_kept()
    {
        ForecastSplit split = Split();
        EnsembleState state = OfAllParts(split).State;
        double[] actual = [.. Enumerable.Range(0, 902).Select(row => (double)row)];
        double[][] predicted = [.. Enumerable.Range(0, 900).Select(origin => new[] { origin + 0.5, origin + 1.5, origin + 2.5 })];
        using var files = new TestFiles();
        string path = Path.Combine(files.Folder, "a.unroll");
        new EnsembleForecaster(state with { Calibration = new HorizonForecast(actual, predicted) }).Save(path);
        HorizonForecast kept = ((EnsembleForecaster)NetworkForecaster.Load(path)).Calibration;
        Assert.Equal((750, 3), (kept.Origins, kept.Steps));
        for (int h = 1; h <= 3; h++)
        {
            Assert.Equal(Enumerable.Range(150 + h - 1, 750).Select(row => (double)row), kept.Actual(h));
            Assert.Equal(Enumerable.Range(150, 750).Select(origin => origin + h - 0.5), kept.Predicted(h));
        }
    }

    [Fact]
    public void Exponential_smoothing_that_fits_exactly_can_be_saved()
    {
        double[] line = [.. Enumerable.Range(0, 60).Select(row => 5.0 + (0.25 * row))];
        ForecastSplit split = MadeTables.Split(MadeTables.Days(line), 5, 6);
        EnsembleState state = Fitted(new EnsembleForecaster(Recipe(Steps, epochs: 1)), split).State;
        EtsForecaster ets = Fitted(new EtsForecaster(EtsModel.Holt), split);
        var restored = BaselineForecaster.Restore(new BaselineState("ETS", Ets: ets.Parameters with { Deviance = double.NegativeInfinity }, FirstDate: split.Train.Dates[0]), "x");
        var saved = new EnsembleForecaster(state with { Parts = [new BlendPart([1, 1, 1], false, restored)] });
        using var files = new TestFiles();
        string path = Path.Combine(files.Folder, "a.unroll");
        saved.Save(path);
        Assert.Equal(saved.PredictAhead(split, 2).Predicted(2), NetworkForecaster.Load(path).PredictAhead(split, 2).Predicted(2));
        Assert.Equal(20, saved.PredictAhead(split, 1)[4, 1] + 0.25, 0.3);
    }

    [Fact]
    public void Damaged_forecast_data_are_refused()
    {
        using var files = new TestFiles();
        string path = Path.Combine(files.Folder, "a.unroll");
        OfAllParts(Split()).Save(path);
        string Message(Func<string, string> change)
        {
            string altered = Altered(path, files, change), message = Assert.Throws<UnrollException>(() => NetworkForecaster.Load(altered)).Message;
            Assert.StartsWith($"{altered} holds forecast data that cannot be read: ", message, StringComparison.Ordinal);
            Assert.EndsWith(" Train the network again.", message, StringComparison.Ordinal);
            Assert.DoesNotContain('\n', message);
            return message[(altered.Length + " holds forecast data that cannot be read: ".Length)..^" Train the network again.".Length];
        }

        Assert.Equal("its parts do not fit each other.", Message(json => json.Replace("\"steps\":3", "\"steps\":4", StringComparison.Ordinal)));
        Assert.Equal("it names a baseline trend, which there is not", Message(json => json.Replace("\"kind\":\"drift\"", "\"kind\":\"trend\"", StringComparison.Ordinal)));
        Assert.StartsWith("JSON deserialization for type 'Unroll.Forecasting.EnsembleContent' was missing required properties including: 'plan'", Message(json => json.Replace("\"plan\"", "\"plans\"", StringComparison.Ordinal)), StringComparison.Ordinal);
        Assert.NotEqual("", Message(json => json[..^1]));
        Assert.NotEqual("", Message(json => "null"));
        Assert.NotEqual("", Message(json => json.Replace("\"penalties\":[", "\"penalties\":null,\"x\":[", StringComparison.Ordinal)));
        Assert.NotEqual("", Message(json => json.Replace("\"target\":\"x\"", "\"target\":null", StringComparison.Ordinal)));
        Assert.StartsWith("54 origins with 3 rows ahead belong to 56 actual values, but there are 59.", Message(json => json.Replace("\"calibrationActual\":[", "\"calibrationActual\":[1,2,3,", StringComparison.Ordinal)), StringComparison.Ordinal);
        Assert.Equal("its parts do not fit each other.", Message(json => json.Replace("\"correctionScales\":[", "\"correctionScales\":[1,", StringComparison.Ordinal)));
        Assert.Equal("its parts do not fit each other.", Message(json => json.Replace("\"window\":14", "\"window\":13", StringComparison.Ordinal)));
        Assert.Equal("its parts do not fit each other.", Message(json => json.Replace("\"lags\":", "\"lags\":1", StringComparison.Ordinal)));
        Assert.Contains("is no Unroll model file", Message(json => json.Replace("\"otherNetworks\":[\"", "\"otherNetworks\":[\"AAAA", StringComparison.Ordinal)), StringComparison.Ordinal);
    }

    [Fact]
    public void A_damaged_file_is_named_as_every_model_file_is()
    {
        using var files = new TestFiles();
        string path = Path.Combine(files.Folder, "a.unroll");
        OfAllParts(Split()).Save(path);
        byte[] bytes = File.ReadAllBytes(path);
        bytes[bytes.Length / 2] ^= 1;
        string altered = files.Write("b.unroll", bytes);
        Assert.Equal(
            $"{altered} is damaged: its checksum does not fit its contents. Train the model again or restore the file from a copy.",
            Assert.Throws<UnrollException>(() => NetworkForecaster.Load(altered)).Message);
        Model model = Model.Load(path);
        Assert.Equal(ModelFile.ToBytes(model), ModelFile.ToBytes(ModelFile.FromBytes(ModelFile.ToBytes(model), "bytes").Model));
        Assert.Equal("bytes is no Unroll model file. Give the file that a forecast or Model.Save wrote.", Assert.Throws<UnrollException>(() => ModelFile.FromBytes([1, 2, 3], "bytes")).Message);
    }
}
