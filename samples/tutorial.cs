#:project ../src/Unroll.Reports/Unroll.Reports.csproj
using Unroll;
using Unroll.Forecasting;
using Unroll.Reports;

// Data analysis
TimeSeries prices = TimeSeries.Read("samples/data/sp500.csv").Drop("adjclose");
Console.WriteLine(prices.Head());
Console.WriteLine(prices.Describe());
Console.WriteLine(prices.MissingValues());

// Preprocessing: train and test rows, scaling fitted on the training rows, windows of 60 days
var split = new ForecastSplit(prices, target: "high", train: "2013..2017", test: "2018", window: 60);
var scaler = new MinMaxScaler();
scaler.Fit(split.Train);
var comparison = new Comparison(split);

// The LSTM and the GRU
foreach (Layer recurrent in new Layer[] { new Lstm(125), new Gru(125) })
{
    Model model = new Model(recurrent, new Dense(1)).Build(new Shape(60, 1), seed: 455);
    Console.WriteLine(model.Summary());

    var options = new TrainingOptions
    {
        Epochs = 50,
        BatchSize = 32,
        Optimizer = new RmsProp(),
        Loss = new MeanSquaredError(),
        Seed = 455,
    };
    History history = model.Fit(split.TrainWindows(scaler), options);
    double seconds = history.Duration.TotalSeconds;
    Console.WriteLine($"{history.Epochs.Count} epochs in {seconds:F1} s, loss {history.FinalLoss:E3}");

    // Results
    string name = recurrent.GetType().Name;
    double[] predicted = scaler.InverseTransform(model.Predict(split.TestWindows(scaler)));
    ForecasterScore score = comparison.Add(name, predicted);
    Console.WriteLine($"RMSE {score.Error:F2}, naive {comparison.Naive.Error:F2}.");
    Console.WriteLine(comparison.Verdict(score));
    (string, double[]) real = ("Real", split.Test.ToArray());
    Charts.Lines($"S&P 500: {name}", split.Test.Dates, real, ("Predicted", predicted))
        .Write($"tutorial-{name.ToLowerInvariant()}.svg");
}
