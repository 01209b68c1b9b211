#:project ../../src/Unroll/Unroll.csproj
using Unroll;

// A network whose weights are written by hand: it adds up what it reads. h = 1·x + 1·h₋₁ + 0, without an activation.
Model sum = new Model(new SimpleRnn(1) { Activation = Activation.Linear, Name = "sum" }).Build(new Shape(5, 1), seed: 1);
sum.SetWeights("sum/kernel", [1]);
sum.SetWeights("sum/recurrent_kernel", [1]);
sum.SetWeights("sum/bias", [0]);
Console.WriteLine($"1 + 2 + 3 + 4 + 5 = {sum.Predict(1, 2, 3, 4, 5)[0]}");

// The names and shapes of all weights. A kernel has a row for each input and a column for each unit of each gate.
Model model = new Model(new Lstm(3) { Name = "lstm" }, new Dense(2) { Name = "out" }).Build(new Shape(5, 4), seed: 1);
foreach (Parameter parameter in model.Parameters)
    Console.WriteLine($"{parameter.Name} {parameter.Shape}: {parameter.Length} numbers");

// The gates of an LSTM stand in the order of Keras: input, forget, candidate, output. A forget gate that is always open keeps all.
float[] bias = model.GetWeights("lstm/bias");
bias.AsSpan(3, 3).Fill(100);
model.SetWeights("lstm/bias", bias);
StepValues forget = model.Trace(new float[20]).Recurrent[0].Gates.Single(gate => gate.Name == "forget");
Console.WriteLine($"the forget gate of unit 0 at the first step: {forget[0, 0]}");
