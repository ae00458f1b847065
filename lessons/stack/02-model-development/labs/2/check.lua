local T = require "tensor"
local corpus = require "stack.corpus"

local function function_in(t, learner, name)
	t:ok(type(learner[name]) == "function", "돌려주는 표에 " .. name .. " 함수가 있나요?")
	return learner[name]
end

local function set_of(...)
	local out = {}
	for _, member in ipairs { ... } do out[member] = true end
	return out
end

-- How much two models point the same way: the cosine between all their weights.
local function alike(a, b)
	local product, left, right, other = 0, 0, 0, b:parameters()
	for i, weight in ipairs(a:parameters()) do
		local x, y = weight:detach(), other[i]:detach()
		product = product + (x * y):sum():item()
		left, right = left + (x * x):sum():item(), right + (y * y):sum():item()
	end
	return product / math.sqrt(left * right)
end

return function(t, learner)
	t:test("jaccard, near_duplicates: 거의 같은 글 지우기", function()
		local jaccard, near_duplicates = function_in(t, learner, "jaccard"), function_in(t, learner, "near_duplicates")
		t:near(jaccard(set_of("가나", "나다", "다라"), set_of("가나", "나다", "마바")), 0.5, 1e-9,
			"{가나, 나다, 다라}와 {가나, 나다, 마바}는 둘이 같고 모두 넷입니다. 무엇을 무엇으로 나누나요?")
		t:near(jaccard(set_of("가"), set_of("가")), 1, 1e-9, "똑같은 두 묶음의 닮은 정도는 1이어야 합니다.")
		t:near(jaccard(set_of("가"), set_of("나")), 0, 1e-9, "겹치는 것이 없으면 0이어야 합니다.")
		t:near(jaccard(set_of("가", "나", "다", "라"), set_of("가")), 0.25, 1e-9, "크기가 다른 두 묶음에서 어긋납니다. 나누는 수는 '모두 합친 것'의 개수인가요?")
		local texts, planted = corpus.pile(t.seed % 1000 + 1)
		local sets = {}
		for i, text in ipairs(texts) do sets[i] = corpus.shingles(text, 3) end
		local drop = near_duplicates(sets, corpus.candidates(sets), 0.5)
		t:ok(type(drop) == "table", "지울 글의 번호를 열쇠로 하는 표를 돌려주세요.")
		local total, hit, dropped, firsts = 0, 0, 0, 0
		for i, from in pairs(planted) do
			total = total + 1
			if drop[i] then hit = hit + 1 elseif drop[from] then firsts = firsts + 1 end
		end
		for i, gone in pairs(drop) do
			if gone then dropped = dropped + 1 end
			t:ok(math.type(i) == "integer" and i >= 1 and i <= #texts, "지울 글의 번호가 아닌 열쇠가 들어 있습니다.")
		end
		t:metric("recall", hit / total)
		t:metric("precision", dropped > 0 and hit / dropped or 0)
		t:ok(firsts < total // 10, "베낀 글을 남기고 먼저 있던 글을 지웠습니다. 번호가 작은 것과 큰 것 가운데 어느 쪽을 남기기로 했나요?")
		t:ok(hit / total >= 0.95, ("심어 둔 %d편 가운데 %d편만 지웠습니다. 시험 문제가 학습 데이터에 섞여 있다면 점수를 믿을 수 있을까요?"):format(total, hit))
		t:ok(hit / dropped >= 0.95, ("지운 %d편 가운데 베낀 글은 %d편뿐입니다. 서로 다른 글까지 지우지는 않나요?"):format(dropped, hit))
	end)

	t:test("best_pair, merge, decode: 조각을 배우고 되돌리기", function()
		local best_pair, merge, decode = function_in(t, learner, "best_pair"), function_in(t, learner, "merge"), function_in(t, learner, "decode")
		local left, right = best_pair { ["다\0."] = 7, ["습\0니"] = 9, ["니\0다"] = 9 }
		t:ok(left ~= nil and right ~= nil, "왼쪽과 오른쪽, 두 조각을 돌려주세요.")
		t:ok(left ~= "다", "가장 적게 나온 짝이 뽑혔습니다. 자주 붙어 나오는 것부터 합치려면요?")
		t:equal(left .. "+" .. right, "니+다", "같은 횟수(9번)가 둘입니다. 열쇠가 작은 쪽을 고르면 언제 돌려도 같은 조각이 나옵니다.")
		t:equal(table.concat(merge({ "아", "아", "아", "가", "아", "아" }, "아", "아"), " "), "아아 아 가 아아",
			"‘아 아 아 가 아 아’에서 ‘아 아’를 합쳤더니 다릅니다. 이미 합친 글자를 한 번 더 쓰지는 않나요?")
		t:equal(table.concat(merge({ "가", "나", "다" }, "나", "가"), " "), "가 나 다", "‘나 가’라는 짝은 없습니다. 왼쪽과 오른쪽의 차례를 지켰나요?")
		local sentences = corpus.sentences(nil, 12)
		local merges = corpus.learn_merges(table.concat(sentences, " "), 800, best_pair, merge)
		t:ok(#merges == 800, ("짝을 800개 배우지 못하고 %d개에서 멈췄습니다. merge가 그 짝을 남김없이 합치나요?"):format(#merges))
		local encode = corpus.encoder(merges, merge)
		local tokens, letters = 0, 0
		for _, sentence in ipairs(sentences) do
			local pieces = encode(sentence)
			tokens, letters = tokens + #pieces, letters + utf8.len(sentence)
			t:equal(decode(pieces), sentence, "조각을 되돌린 글이 원래와 다릅니다. 띄어쓰기는 어떻게 되었나요?")
		end
		t:metric("tokens_per_letter", tokens / letters)
		t:ok(tokens / letters <= 0.6, ("글자 하나에 조각 %.2f개입니다. 가장 자주 나오는 짝부터 합쳤나요?"):format(tokens / letters))
	end)

	t:test("preference_loss: 나은 답 쪽으로", function()
		local loss = function_in(t, learner, "preference_loss")
		T.seed(t.seed)
		for _ = 1, 6 do
			local v = (T.randn(4) * 3 - 20):totable()
			local beta = 0.1 + T.rand(1):item()
			local want = math.log(1 + math.exp(-beta * ((v[1] - v[3]) - (v[2] - v[4]))))
			local a, b = T.tensor(v[1]):requires_grad(), T.tensor(v[2]):requires_grad()
			local got = loss(a, b, T.tensor(v[3]), T.tensor(v[4]), beta)
			local value = got:sum():item()
			local swapped = math.log(1 + math.exp(beta * ((v[1] - v[3]) - (v[2] - v[4]))))
			t:ok(math.abs(value - swapped) > 1e-4 or math.abs(want - swapped) < 1e-3, "나은 답과 못한 답이 뒤바뀌었습니다. 이대로 배우면 어떤 답을 더 하게 될까요?")
			local plain = math.log(1 + math.exp(-beta * (v[1] - v[2])))
			t:ok(math.abs(value - plain) > 1e-4 or math.abs(want - plain) < 1e-3, "출발한 모델이 이미 가지고 있던 차이가 빠졌습니다. '전보다 얼마나 나아졌나'를 보려면 무엇을 빼야 하나요?")
			t:near(value, want, 1e-3, "값이 다릅니다. 나은 답이 전보다 오른 만큼에서 못한 답이 전보다 오른 만큼을 빼고, beta를 곱해 시그모이드에 넣었나요?")
			got:sum():backward()
			t:ok(a.grad and a.grad:item() < 0 and b.grad:item() > 0, "기울기의 방향이 거꾸로입니다. 손실을 줄이면 나은 답의 확률이 올라야 합니다.")
		end
	end)

	t:test("three_stages: 출발점이 다른 세 단계", function()
		local three_stages = function_in(t, learner, "three_stages")
		local sentences = corpus.sentences(nil, 12)
		local merges = corpus.learn_merges(table.concat(sentences, " "), 500, learner.best_pair, learner.merge)
		local lab = corpus.workshop(corpus.encoder(merges, learner.merge), t.seed % 1000 + 1, 1500)
		local base, tuned, liked = three_stages(lab)
		t:ok(base ~= nil and tuned ~= nil and liked ~= nil, "사전 학습, 파인튜닝, 후속 학습을 마친 세 모델을 차례로 돌려주세요.")
		local fresh = lab.perplexity(lab.new(), lab.general_test)
		local general = lab.perplexity(base, lab.general_test)
		local before, after = lab.perplexity(base, lab.domain_test), lab.perplexity(tuned, lab.domain_test)
		t:metric("perplexity_random", fresh)
		t:metric("perplexity_general", general)
		t:metric("domain_before", before)
		t:metric("domain_after", after)
		t:ok(general <= 0.5 * fresh, ("사전 학습을 마친 모델의 당혹도가 %.0f입니다. 무작위 모델은 %.0f입니다. 일반 글(lab.general)로 충분히 배웠나요?"):format(general, fresh))
		t:ok(alike(base, tuned) >= 0.7, ("파인튜닝한 모델의 가중치가 사전 학습한 모델과 딴판입니다(닮음 %.2f). 가중치는 어디에서 시작하나요?"):format(alike(base, tuned)))
		t:ok(after <= 0.9 * before, ("도메인 당혹도가 %.0f에서 %.0f입니다. 사전 학습한 모델을 남겨 두고(lab.copy) 도메인 글로 더 가르쳤나요?"):format(before, after))
		local then_, now, risen = lab.margins(tuned), lab.margins(liked), 0
		for i = 1, #now do
			if now[i] > then_[i] then risen = risen + 1 end
		end
		t:metric("preferred_risen", risen / #now)
		t:ok(risen / #now >= 0.8, ("처음 보는 물음 %d쌍 가운데 나은 답이 앞서 나간 것은 %d쌍입니다. 후속 학습은 무엇을 손실로 삼아 어디에서 출발했나요?"):format(#now, risen))
		t:ok(alike(tuned, liked) >= 0.7, "후속 학습을 마친 모델이 파인튜닝한 모델에서 너무 멀어졌습니다. 어느 모델에서 출발했나요?")
	end)
end
