using Unroll.Forecasting;
using Xunit;

namespace Unroll.Tests.Forecasting;

/// <summary>Networks that were trained elsewhere: what they are given, and what is made of what they give.</summary>
public class PretrainedForecasterTests
{
    private const int Window = 5, Test = 20;

    /// <summary>Two columns that wander, of which a is not on the scale of b.</summary>
    private static readonly TimeSeries s_table = Table(120);

    private static TimeSeries Table(int rows)
    {
        DateTime[] dates = [.. Enumerable.Range(0, rows).Select(day => new DateTime(2022, 1, 1).AddDays(day))];
        double[] a = [.. dates.Select((_, day) => 50 + (0.2 * day) + (5 * Math.Sin(0.9 * day)) + (day * 7919 % 13 * 0.2))];
        double[] b = [.. dates.Select((_, day) => 9000 - (3.0 * day) + (day * 104729 % 17 * 11.0))];
        return new TimeSeries("made.csv", dates, ("a", a), ("b", b));
    }

    private static ForecastTask Task(PretrainedForecaster forecaster, string target = "a", int horizon = 1, TimeSeries? table = null) =>
        new(
        table ?? s_table, forecaster.OptionsFor(new TaskOptions { Targets = [target], Horizon = horizon, TestRows = Test }));

    /// <summary>A network of one output that is a function of the window.</summary>
    private static PretrainedForecaster Of(Func<float[], float> network, PretrainedOptions? options = null, int features = 1) =>
        Of(new Shape(1), window => [network(window)], options, features);

    private static PretrainedForecaster Of(Shape output, Func<float[], float[]> network, PretrainedOptions? options = null,
        int features = 1) => new(
        new Shape(Window, features),
        output,
        (windows, outputs) =>
        {
            int size = Window * features, each = output.Size;
            for (int i = 0; i < windows.Length / size; i++)
                network(windows.Slice(i * size, size).ToArray()).CopyTo(outputs[(i * each)..]);
        },
        options);

    /// <summary>The forecasts [origins][steps], and the row of the first origin.</summary>
    private static (double[][] Values, int First) Forecasts(PretrainedForecaster forecaster, ForecastTask task)
    {
        forecaster.Fit(task, null, TestContext.Current.CancellationToken);
        PartForecast part = forecaster.Predict(task).Parts[0];
        double[][] values = [.. Enumerable.Range(0, part.Origins).Select(origin => part.Rows(origin).Select(row => row.Value).ToArray())];
        return (values, task.Data[""].Rows - Test - 1);
    }

    private static void Near(double expected, double actual) => Assert.Equal(expected, actual, 2e-6 * Math.Max(1, Math.Abs(expected)));

    public static TheoryData<string> Scalers => ["minmax", "minmax:-1,1", "standard", "robust", "none", "given"];

    private static Scaler ScalerOf(string name)
    {
        if (name == "minmax:-1,1")
            return new MinMaxScaler(-1, 1);
        if (name != "given")
            return Scaler.Create(name);
        var given = new MinMaxScaler();
        given.Fit([10, 250]);
        return given;
    }

    [Theory]
    [MemberData(nameof(Scalers))]
    public void The_newest_value_of_a_window_is_the_naive_forecast_in_any_scale(string scaler)
    {
        PretrainedForecaster newest = Of(window => window[^1], new PretrainedOptions { Scaling = _ => ScalerOf(scaler) });
        ForecastTask task = Task(newest);
        (double[][] values, int first) = Forecasts(newest, task);
        for (int i = 0; i < values.Length; i++)
            Near(s_table["a"][first + i], values[i][0]);
        var comparison = new Comparison(task, TestContext.Current.CancellationToken);
        Near(comparison.Naive.Error, comparison.Add(newest).Error);
    }

    [Fact]
    public void Windows_are_scaled_by_the_training_rows_alone()
    {
        var seen = new List<float>();
        PretrainedForecaster forecaster = Of(window =>
        {
            seen.AddRange(window);
            return window[0];
        });
        ForecastTask task = Task(forecaster);
        (double[][] values, int first) = Forecasts(forecaster, task);
        double[] train = task[task.Parts[0]].Train.ToArray();
        Assert.Equal((train.Min(), train.Max() - train.Min()),
            (forecaster.ScalesOf(task.Parts[0])["a"].Offset, forecaster.ScalesOf(task.Parts[0])["a"].Scale));
        Assert.Equal((float)((s_table["a"][first + 1 - Window] - train.Min()) / (train.Max() - train.Min())), seen[0]);
        Near(s_table["a"][first + 1 - Window], values[0][0]);
    }

    [Theory]
    [InlineData("difference")]
    [InlineData("relative")]
    [InlineData("log-return")]
    public void A_change_starts_from_the_newest_value(string gives)
    {
        var options = new PretrainedOptions { Gives = TargetTransform.Parse(gives), Scaling = _ => new MinMaxScaler(-1, 1) };
        PretrainedForecaster forecaster = Of(_ => 0.03f, options);
        ForecastTask task = Task(forecaster, horizon: 3);
        (double[][] values, int first) = Forecasts(forecaster, task);
        double scale = forecaster.ScalesOf(task.Parts[0])["a"].Scale, change = 0.03f;
        for (int i = 0; i < values.Length; i++)
        {
            double value = s_table["a"][first + i];
            for (int h = 0; h < 3; h++)
            {
                value = gives switch
                {
                    "difference" => value + (scale * change),
                    "relative" => value * (1 + change),
                    _ => value * Math.Exp(change)
                };
                Near(value, values[i][h]);
            }
        }
    }

    [Theory]
    [InlineData("a", 0)]
    [InlineData("b", 1)]
    public void Columns_have_the_order_that_was_said_and_scales_of_their_own(string target, int place)
    {
        var options = new PretrainedOptions { Columns = ["A", "b"] };
        PretrainedForecaster newest = Of(window => window[^(2 - place)], options, features: 2);
        (double[][] values, int first) = Forecasts(newest, Task(newest, target));
        for (int i = 0; i < values.Length; i++)
            Near(s_table[target][first + i], values[i][0]);
    }

    [Fact]
    public void The_target_need_not_be_a_column()
    {
        PretrainedForecaster other = Of(window => window[^1], new PretrainedOptions { Columns = ["b"] });
        ForecastTask task = Task(other);
        (double[][] values, int first) = Forecasts(other, task);
        IReadOnlyDictionary<string, ScalerState> scales = other.ScalesOf(task.Parts[0]);
        double scaled = (s_table["b"][first] - scales["b"].Offset) / scales["b"].Scale;
        Near(scales["a"].Offset + (scaled * scales["a"].Scale), values[0][0]);
    }

    [Fact]
    public void Several_rows_are_read_as_rows_ahead_and_fed_back_beyond_them()
    {
        // Each row ahead is 0.01 more than the newest of the window, in its scale.
        PretrainedForecaster forecaster = Of(new Shape(3), window => [window[^1] + 0.01f, window[^1] + 0.02f, window[^1] + 0.03f]);
        Assert.Equal(3, forecaster.RowsAhead);
        foreach (int horizon in (int[])[2, 3, 8])
        {
            ForecastTask task = Task(forecaster, horizon: horizon);
            (double[][] values, int first) = Forecasts(forecaster, task);
            double scale = forecaster.ScalesOf(task.Parts[0])["a"].Scale;
            for (int i = 0; i < values.Length; i++)
            {
                for (int h = 0; h < horizon; h++)
                    Near(s_table["a"][first + i] + (0.01 * (h + 1) * scale), values[i][h]);
            }
        }
    }

    [Fact]
    public void More_rows_ahead_than_a_window_has_replace_it()
    {
        PretrainedForecaster forecaster =
            Of(new Shape(Window + 2), window => [.. Enumerable.Range(1, Window + 2).Select(step => window[^1] + (0.01f * step))]);
        ForecastTask task = Task(forecaster, horizon: 15);
        (double[][] values, int first) = Forecasts(forecaster, task);
        Near(s_table["a"][first] + (0.15 * forecaster.ScalesOf(task.Parts[0])["a"].Scale), values[0][14]);
    }

    [Fact]
    public void All_columns_of_the_next_row_are_fed_back()
    {
        var options = new PretrainedOptions { Columns = ["a", "b"], Outputs = PretrainedOutputs.Columns };
        PretrainedForecaster turned = Of(new Shape(2), window => [window[^1], window[^2]], options, features: 2);
        ForecastTask task = Task(turned, "b", horizon: 2);
        (double[][] values, int first) = Forecasts(turned, task);
        IReadOnlyDictionary<string, ScalerState> scales = turned.ScalesOf(task.Parts[0]);
        double scaled = (s_table["a"][first] - scales["a"].Offset) / scales["a"].Scale;
        Near(scales["b"].Offset + (scaled * scales["b"].Scale), values[0][0]);
        Near(s_table["b"][first], values[0][1]);
    }

    [Fact]
    public void Of_one_number_for_each_step_the_last_counts()
    {
        PretrainedForecaster forecaster =
            Of(new Shape(Window, 1), window => window, new PretrainedOptions { Outputs = PretrainedOutputs.EachStep });
        (double[][] values, int first) = Forecasts(forecaster, Task(forecaster));
        Near(s_table["a"][first], values[0][0]);
    }

    public static TheoryData<int, string, string[], PretrainedOutputs, string, string> Refusals => new()
    {
        { 1, "5,1", [], PretrainedOutputs.Found, "value", "pretrained gives a number for each of the 5 rows of a window: the row after "
            + "each (steps), or the 5 rows to come (rows)? Say which." },
        { 2, "2", ["a", "b"], PretrainedOutputs.Found, "value", "pretrained gives 2 numbers for a window of 2 columns: all columns in the "
            + "next row (columns), or the target in the 2 rows to come (rows)? Say which." },
        { 2, "1", [], PretrainedOutputs.Found, "value", "pretrained reads 2 numbers a row (its input is (5, 2)), so the target alone is "
            + "not enough. Name the 2 columns in the order in which it was trained on them." },
        { 1, "1", ["a", "b"], PretrainedOutputs.Found, "value", "pretrained reads 1 number a row (its input is (5, 1)), but 2 columns are "
            + "named. Name the 1 in the order in which it was trained on them." },
        { 2, "1", ["a", "A"], PretrainedOutputs.Found, "value", "The column a is named twice. Name each column once." },
        { 1, "3", [], PretrainedOutputs.Columns, "value", "pretrained gives 3 numbers for a window of 1 column, so these are not the "
            + "columns of the next row. Say how its outputs are read otherwise." },
        { 1, "3", [], PretrainedOutputs.EachStep, "value",
            "pretrained gives (3) for a window of 5 rows, so there is not one number for each. Say how its outputs are read otherwise." },
        { 1, "3,2", [], PretrainedOutputs.Found, "value",
            "pretrained gives (3, 2); what is read is one number, K numbers, or one for each row of the window." },
        { 1, "3", [], PretrainedOutputs.Found, "difference", "pretrained gives 3 numbers, and which row each of these changes starts from "
            + "is not known. Only one change ahead can be judged." },
    };

    [Theory]
    [MemberData(nameof(Refusals))]
    public void What_can_be_read_in_two_ways_or_in_none_is_refused(int features, string output, string[] columns, PretrainedOutputs outputs,
        string gives, string message)
    {
        var options = new PretrainedOptions
        {
            Columns = columns,
            Outputs = outputs,
            Gives = gives == "value" ? TargetTransform.None : TargetTransform.Parse(gives)
        };
        var shape = new Shape([.. output.Split(',').Select(int.Parse)]);
        Assert.Equal(message, Assert.Throws<UnrollException>(() => Of(shape, _ => [0], options, features)).Message);
    }

    [Fact]
    public void Test_rows_that_it_was_trained_on_are_refused()
    {
        string last = s_table.Format(s_table.LastDate);
        PretrainedForecaster forecaster = Of(window => window[^1], new PretrainedOptions { TrainedOn = "..2022-04-20" });
        ForecastTask task = new(
            s_table, forecaster.OptionsFor(new TaskOptions { Targets = ["a"], Train = "..2022-04-10", Test = "2022-04-11.." }));
        UnrollException refusal = Assert.Throws<UnrollException>(() => forecaster.Fit(task, null, TestContext.Current.CancellationToken));
        Assert.Equal("The test range 2022-04-11.. begins before the rows ..2022-04-20 end that pretrained was trained on. Judge it on rows "
            + "after them.", refusal.Message);

        // Without a range of one's own those after the training are judged.
        task = new ForecastTask(s_table, forecaster.OptionsFor(new TaskOptions { Targets = ["a"] }));
        forecaster.Fit(task, null, TestContext.Current.CancellationToken);
        Assert.Equal(new DateTime(2022, 4, 21), task[task.Parts[0]].Test.Dates[0]);
        Assert.Equal(last, s_table.Format(task[task.Parts[0]].Test.Dates[^1]));
        Assert.Single(forecaster.Notes);
        PretrainedForecaster unknown = Of(window => window[^1]);
        unknown.Fit(task, null, TestContext.Current.CancellationToken);
        Assert.Equal("Up to which row pretrained was trained is not known: it may have seen the rows that it is judged on, and then its "
            + "error here is lower than in use.", unknown.Notes[1]);
    }

    [Fact]
    public void Further_ahead_than_it_goes_it_needs_all_of_its_columns()
    {
        PretrainedForecaster forecaster = Of(window => window[^1], new PretrainedOptions { Columns = ["a", "b"] }, features: 2);
        ForecastTask task = Task(forecaster, horizon: 2);
        UnrollException refusal = Assert.Throws<UnrollException>(() => forecaster.Fit(task, null, TestContext.Current.CancellationToken));
        Assert.Equal("pretrained forecasts 1 row ahead, and for 2 nothing would take the place of its other columns. Ask for fewer rows.",
            refusal.Message);
    }

    [Fact]
    public void No_finite_number_is_refused()
    {
        PretrainedForecaster forecaster = Of(_ => float.NaN);
        ForecastTask task = Task(forecaster);
        forecaster.Fit(task, null, TestContext.Current.CancellationToken);
        Assert.StartsWith("pretrained gives no finite number for the rows up to 2022-04-10.",
            Assert.Throws<UnrollException>(() => forecaster.Predict(task)).Message, StringComparison.Ordinal);
    }

    public static TheoryData<string, string?> Doubtful => new()
    {
        { "right", null },
        { "unscaled", "The inputs of pretrained reach" },
        { "constant", "pretrained gives nearly the same for all test rows" },
        { "far", "The forecasts of pretrained are off by" },
        { "other scale", "Perhaps pretrained was trained with another scale" },
    };

    [Theory]
    [MemberData(nameof(Doubtful))]
    public void What_does_not_fit_is_said(string what, string? doubt)
    {
        Scaler none = new IdentityScaler();
        PretrainedForecaster forecaster = what switch
        {
            "unscaled" => Of(window => window[^1], new PretrainedOptions { Scaling = _ => none }),
            "constant" => Of(_ => 0.5f),
            "far" => Of(window => 40 + window[^1]),
            "other scale" => Of(window => (0.5f * window[^1]) + 1.9f),
            _ => Of(window => window[^1]),
        };
        ForecastTask task = Task(forecaster);
        forecaster.Fit(task, null, TestContext.Current.CancellationToken);
        IReadOnlyList<string> doubts = forecaster.Doubts(task);
        if (doubt is null)
            Assert.Empty(doubts);
        else
            Assert.StartsWith(doubt, Assert.Single(doubts), StringComparison.Ordinal);
    }

    [Fact]
    public void A_model_is_saved_with_its_scales_and_gives_the_same_bits()
    {
        Model model = new Model(new Gru(3), new Dense(1)).Build(new Shape(Window, 2), 7);
        var options = new PretrainedOptions
        {
            Name = "theirs",
            Columns = ["b", "a"],
            Scaling = column => column == "a" ? ScalerOf("given") : new MinMaxScaler(-1, 1)
        };
        var forecaster = new PretrainedForecaster(model, options);
        Assert.Equal(model.ParameterCount, forecaster.Parameters);
        ForecastTask task = Task(forecaster);
        forecaster.Fit(task, null, TestContext.Current.CancellationToken);
        using var files = new TestFiles();
        string path = Path.Combine(files.Folder, "judged.unroll");
        ForecastFile.Save(forecaster, path);
        var loaded = (PretrainedForecaster)ForecastFile.Load(path);
        Assert.Equal(("theirs", forecaster.Notes[0]), (loaded.Name, loaded.Notes[0]));
        Assert.Equal(forecaster.ScalesOf(task.Parts[0]), loaded.ScalesOf(task.Parts[0]));
        Assert.Equal(forecaster.Predict(s_table, 1).Parts[0].Rows()[0].Value, loaded.Predict(s_table, 1).Parts[0].Rows()[0].Value);

        // What it gives is what the model gives for the scaled window.
        float[] window = new float[Window * 2];
        for (int row = 0; row < Window; row++)
        {
            foreach ((int place, string column) in new[] { "b", "a" }.Index())
            {
                ScalerState scale = forecaster.ScalesOf(task.Parts[0])[column];
                window[(row * 2) + place] = (float)((s_table[column][s_table.Rows - Window + row] - scale.Offset) / scale.Scale);
            }
        }

        Near(10 + (240 * model.Predict(window)[0]), loaded.Predict(s_table, 1).Parts[0].Rows()[0].Value);
    }

    [Fact]
    public void A_function_is_not_saved()
    {
        PretrainedForecaster forecaster = Of(window => window[^1]);
        forecaster.Fit(Task(forecaster), null, TestContext.Current.CancellationToken);
        Assert.Equal("pretrained is a function, which no file holds. Save the network that it runs.",
            Assert.Throws<UnrollException>(() => ForecastFile.Save(forecaster, "never.unroll")).Message);
    }

    [Fact]
    public void A_model_of_several_inputs_is_refused()
    {
        Node one = Node.Input(new Shape(Window, 1)), other = Node.Input(new Shape(Window, 1));
        Model model = new Model([one, other], [new Dense(1).Apply(new Gru(2).Apply(new Add().Apply(one, other)))]).Build(1);
        Assert.StartsWith("pretrained has 2 inputs and 1 outputs;",
            Assert.Throws<UnrollException>(() => new PretrainedForecaster(model)).Message, StringComparison.Ordinal);
    }
}
